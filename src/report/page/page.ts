/**
 * The one self-contained file: head, style, script and footer around a report's sections. It may
 * load nothing from anywhere.
 */
import { createHash } from "node:crypto";
import { type Markup, markup, trustedMarkup } from "./markup.ts";
import { pageScript } from "./page-script.ts";
import { pageStyle } from "./page-style.ts";

export interface Section {
  /** Of the link to it: letters and dashes. */
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

export interface Page {
  /** Above the title: what kind of report it is. */
  readonly kind: string;
  readonly title: string;
  /** A sentence or two that say it all. */
  readonly lede: Markup;
  /** Below it, smaller: the conditions. */
  readonly note: string;
  /** Between the lede and the contents. */
  readonly summary: Markup;
  readonly sections: readonly Section[];
  readonly footer: string;
}

/** Complete HTML text. */
export function pageText({ kind, title, lede, note, summary, sections, footer }: Page): string {
  const links = sections.map((section) => markup`<li><a href="#${section.id}">${section.title}</a></li>`);
  const bodies = sections.map(
    ({ id, title: heading, body }) =>
      markup`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${heading}</h2>${body}</section>\n`,
  );
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="lawn-ranker">
<link rel="icon" href="data:,">
<title>${title} · ${kind}</title>
<style>${trustedMarkup(pageStyle)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<div class="page">
<header>
<p class="eyebrow">${kind}</p>
<h1>${title}</h1>
<p class="lede">${lede}</p>
<p class="soft small">${note}</p>
${summary}
<nav aria-label="Contents"><ol>${links}</ol></nav>
</header>
<main id="content">
${bodies}</main>
<footer><p>${footer}</p></footer>
</div>
<script>${trustedMarkup(pageScript)}</script>
</body>
</html>
`.text;
}

/** Nothing is loaded, and no script runs but this room's: a title that smuggled one in would find it refused. */
function contentPolicy(): string {
  const digest = createHash("sha256").update(pageScript).digest("base64");
  return `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`;
}
