/**
 * The page's style sheet: one column of text, small multiples in a grid, two themes, paper. Sizes fit
 * 360 px and 1,600 px alike.
 */

/** Contrast with the ground: ink 4.5 and more, lines of charts 3 and more, on both themes. */
const LIGHT = `
  color-scheme: light;
  --ground: #fcfbf9; --raised: #ffffff; --ink: #1c2226; --soft: #545d64; --line: #e2dfd8; --grid: #e9e6e0; --mark: #eef4f9;
  --blue: #0a63a4; --vermilion: #bf4c00; --green: #00775a; --purple: #a04c86; --ochre: #936500; --sky: #2a80b0; --grey: #6a7076;
  --link: #0a5a96;`;
const DARK = `
  color-scheme: dark;
  --ground: #14171a; --raised: #1a1e22; --ink: #e7e5e0; --soft: #a9b0b6; --line: #2e343a; --grid: #272c31; --mark: #1d2a35;
  --blue: #62aeea; --vermilion: #f28a4b; --green: #45c49e; --purple: #dc92c5; --ochre: #e3b44f; --sky: #93d2f5; --grey: #9aa1a8;
  --link: #82c0f2;`;

/** The theme of the system as custom properties, for pages and for pictures that stand alone. */
export const colourStyle = `
:root {${LIGHT}
}
@media (prefers-color-scheme: dark) { :root {${DARK}
} }`;

export const pageStyle = `${colourStyle}
@media print { :root {${LIGHT}
} }
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; scroll-padding-top: 1rem; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--ground); color: var(--ink); font: 400 1rem/1.6 "Segoe UI", Roboto, "Helvetica Neue", Arial, system-ui, sans-serif; }
h1, h2, h3, h4 { line-height: 1.25; font-weight: 600; text-wrap: balance; overflow-wrap: anywhere; }
h1 { font-size: clamp(1.4rem, 1.1rem + 1.4vw, 1.9rem); letter-spacing: -0.015em; margin: 0.2rem 0 0.6rem; }
h2 { font-size: 1.35rem; letter-spacing: -0.01em; margin: 0 0 0.5rem; }
h3 { font-size: 1rem; margin: 0 0 0.25rem; }
h4 { font-size: 0.9rem; margin: 0 0 0.25rem; }
p { margin: 0 0 0.75rem; max-width: 68ch; overflow-wrap: anywhere; }
a { color: var(--link); text-underline-offset: 0.15em; text-decoration-thickness: 0.06em; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: 0.875em; }
code { overflow-wrap: anywhere; }
td > code { display: inline-block; min-width: min(24ch, 60vw); }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--raised); padding: 0.5rem 0.75rem; z-index: 1; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.page { max-width: 70rem; margin: 0 auto; padding: 1.75rem 1rem 4rem; }
.eyebrow { color: var(--soft); font-size: 0.8rem; letter-spacing: 0.06em; text-transform: uppercase; margin: 0; }
.lede { font-size: 1.1rem; line-height: 1.5; color: var(--ink); max-width: 80ch; }
.lede strong { display: block; font-size: 1.3rem; line-height: 1.35; letter-spacing: -0.01em; }
.better { color: var(--green); } .level { color: var(--ink); } .worse { color: var(--vermilion); }
.soft { color: var(--soft); }
.small { font-size: 0.85rem; line-height: 1.5; max-width: none; }
nav ol { list-style: none; margin: 1.25rem 0 0; padding: 0.75rem 0; display: flex; flex-wrap: wrap; gap: 0.25rem 1.1rem; border-block: 1px solid var(--line); font-size: 0.9rem; }
nav a { color: var(--soft); text-decoration: none; display: inline-block; padding: 0.2rem 0; }
nav a:hover { color: var(--link); text-decoration: underline; }
section { margin-top: 3.25rem; }
section > p:first-of-type { color: var(--soft); }
footer { margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: 0.85rem; }

.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 8.75rem), 1fr)); gap: 1px; background: var(--raised); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; margin: 1.5rem 0 0; padding: 0; }
.tiles > div { box-shadow: 0 0 0 1px var(--line); padding: 1rem 1.1rem 0.9rem; }
.tiles dt { color: var(--soft); font-size: 0.85rem; }
.tiles dd { margin: 0; }
.tiles .figure { font-size: clamp(1.4rem, 1.1rem + 1.4vw, 1.9rem); line-height: 1.25; font-weight: 600; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
.tiles .range { font-size: 0.85rem; color: var(--soft); font-variant-numeric: tabular-nums; }

.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); gap: 1.5rem 2.5rem; }
.facts h3 { margin-bottom: 0.5rem; }
.facts dl { display: grid; grid-template-columns: minmax(6.5rem, auto) minmax(0, 1fr); gap: 0.3rem 1rem; margin: 0; font-size: 0.92rem; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.notes { margin: 0.75rem 0 0; padding: 0.75rem 1rem 0.75rem 2rem; border-left: 3px solid var(--ochre); background: var(--raised); font-size: 0.92rem; max-width: 74ch; overflow-wrap: anywhere; }

figure { margin: 1.5rem 0 0; min-width: 0; }
figcaption p { color: var(--soft); font-size: 0.9rem; line-height: 1.5; margin-bottom: 0.5rem; }
.chart svg { display: block; width: 100%; height: auto; max-width: var(--drawn); overflow: visible; color: var(--soft); font-variant-numeric: tabular-nums; }
.for-narrow { display: none; }
.multiples { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 18.5rem), 1fr)); gap: 0 1.75rem; margin-top: 1.25rem; }
.multiples > figure { margin: 0 0 1.75rem; display: grid; grid-row: span 4; grid-template: subgrid / minmax(0, 1fr); }
.multiples .legend { align-self: end; }
.multiples .chart { margin-top: 0.25rem; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 0.15rem 1rem; margin: 0.25rem 0 0.5rem; padding: 0; font-size: 0.85rem; color: var(--ink); }
.legend li { display: inline-flex; align-items: center; gap: 0.4rem; }
.legend svg { flex: none; width: 26px; height: 12px; }

details { margin-top: 0.5rem; font-size: 0.9rem; }
summary { cursor: pointer; color: var(--link); display: inline-block; padding: 0.15rem 0; }
details[open] > summary { margin-bottom: 0.35rem; }
.actions { display: flex; flex-wrap: wrap; gap: 0.25rem 1.1rem; margin: 0.4rem 0; font-size: 0.9rem; }
.tools { display: flex; flex-wrap: wrap; gap: 0 1.25rem; align-items: baseline; }
.tools > details[open] { flex: 1 0 100%; min-width: 0; }
button { font: inherit; color: var(--link); background: none; border: 0; padding: 0; cursor: pointer; text-align: inherit; }
.actions button { text-decoration: underline; text-underline-offset: 0.15em; text-decoration-thickness: 0.06em; }
pre { background: var(--raised); border: 1px solid var(--line); border-radius: 8px; padding: 0.75rem 1rem; overflow-x: auto; max-width: 100%; line-height: 1.45; margin: 0.4rem 0; }

.scroll { overflow-x: auto; margin: 0.75rem 0 0; max-width: 100%; }
details .scroll { max-height: 24rem; overflow-y: auto; }
table { border-collapse: collapse; font-size: 0.92rem; line-height: 1.4; min-width: 100%; }
caption.unseen { position: absolute; }
th, td { padding: 0.4rem 0.8rem 0.4rem 0; text-align: left; vertical-align: baseline; border-bottom: 1px solid var(--line); font-weight: 400; }
thead th { color: var(--soft); font-size: 0.85rem; border-bottom: 1px solid var(--soft); white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
th.number:not(:last-child), td.number:not(:last-child) { padding-right: 0.9rem; }
tr > :last-child { padding-right: 0.25rem; }
tbody th { white-space: nowrap; }
tr.marked > * { background: var(--mark); font-weight: 600; }
th button { color: inherit; white-space: nowrap; }
th button::after { content: "\\2195"; opacity: 0.45; margin-left: 0.25em; font-size: 0.85em; }
th[aria-sort="ascending"] button::after { content: "\\2191"; opacity: 1; }
th[aria-sort="descending"] button::after { content: "\\2193"; opacity: 1; }

.front { margin-top: 1rem; }
.front > p { margin: 0.6rem 0 0; }
.front h2 { margin: 1.5rem 0 0.25rem; font-size: 1.1rem; }
.field .range { font-size: 0.8rem; color: var(--soft); font-weight: 400; line-height: 1.2; }
.field th, .field td { padding-block: 0.3rem; vertical-align: middle; }
.strip { width: 9.5rem; }
.strip svg { display: block; color: var(--grey); }
.marked .strip svg { color: var(--blue); }
.stands { white-space: nowrap; font-variant-numeric: tabular-nums; }
.glance { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 30rem), 1fr)); gap: 0 1.75rem; font-size: 0.88rem; line-height: 1.45; }
.glance > li { border-top: 1px solid var(--line); padding: 0.4rem 0; min-width: 0; overflow-wrap: anywhere; }
.glance p { margin: 0; max-width: none; }
.glance ol { display: flex; flex-wrap: wrap; gap: 0 0.9rem; margin: 0; padding: 0; list-style: none; counter-reset: place; }
.glance ol li { counter-increment: place; min-width: 0; }
.glance ol li::before { content: counter(place) ". "; color: var(--soft); }
.glance .hit { font-weight: 600; color: var(--green); }

.people { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 12rem), 1fr)); gap: 1rem; margin-top: 1.25rem; }
.person { border: 1px solid var(--line); border-radius: 10px; background: var(--raised); padding: 0.9rem 1rem; font-size: 0.88rem; min-width: 0; overflow-wrap: anywhere; }
.person h3 { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 0.75rem; }
.person h3 span { font-weight: 400; color: var(--soft); font-size: 0.85rem; }
.person p { color: var(--soft); font-size: 0.85rem; line-height: 1.45; }
.person ol { margin: 0 0 0.75rem; padding-left: 1.7rem; }
.person p:last-child { margin-bottom: 0; }
.person li::marker { color: var(--soft); font-variant-numeric: tabular-nums; }
.person li.hit { font-weight: 600; color: var(--green); }

@media (max-width: 66rem) { .field .range { display: block; } }
@media (min-width: 66.01rem) { .field .range::before { content: " ("; } .field .range::after { content: ")"; } }
@media (max-width: 30rem) {
  .field .strip, .stands .lead { display: none; }
  .tiles { grid-template-columns: 1fr 1fr; }
  .tiles > :last-child:nth-child(odd) { grid-column: 1 / -1; }
}
@media (min-width: 48rem) {
  .page { padding-inline: 2rem; }
  .beside { display: grid; grid-template-columns: minmax(0, 42.5rem) minmax(12rem, 1fr); column-gap: 2rem; }
  .beside figcaption { grid-column: 1 / -1; }
  .beside > * { grid-column: 1 / -1; }
}
@media (min-width: 66rem) {
  .beside > .chart { grid-column: 1; grid-row: 2; }
  .beside > .legend { grid-column: 2; grid-row: 2; flex-direction: column; align-self: center; }
}
@media (max-width: 47.99rem) { .for-wide { display: none; } .for-narrow { display: block; } }
@media (max-width: 65.99rem) { :is(.half, .whole) .for-wide { display: none; } :is(.half, .whole) .for-narrow { display: block; } }
@media (min-width: 66rem) {
  .multiples { grid-template-columns: repeat(6, minmax(0, 1fr)); }
  .third { grid-column: span 2; }
  .half { grid-column: span 3; }
}
@media print {
  body { background: none; font-size: 10pt; }
  nav, .actions, details:not([open]), .skip { display: none; }
  figure, .person, .tiles { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .scroll, details .scroll { overflow: visible; max-height: none; }
}
`;
