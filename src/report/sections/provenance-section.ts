/** Where every figure comes from: program, machine, seeds, settings and the hash of each file. */
import { type DataTable, dataTable, tableMarkup } from "../charts/data-table.ts";
import { csvLink } from "../charts/figure.ts";
import { type Markup, markup } from "../page/markup.ts";
import type { Section } from "../page/page.ts";
import type { RunContent } from "../run-content.ts";
import { bytesText, durationText } from "../words/number-text.ts";
import { flatSettings } from "../words/setting-words.ts";

export interface ProvenanceFact {
  readonly name: string;
  readonly value: string;
}

export function provenanceSection(content: RunContent): Section {
  const { manifest, config, data } = content;
  const facts: ProvenanceFact[] = [
    { name: "run", value: manifest.run },
    { name: "started", value: manifest.startedAt },
    {
      name: "seconds",
      value: `${manifest.seconds.toFixed(1)}${manifest.resumptions === 0 ? "" : `, resumed ${manifest.resumptions} times`}`,
    },
    { name: "peak memory", value: bytesText(manifest.peakMemoryBytes) },
    { name: "engine", value: manifest.engine.description },
    { name: "lawn-ranker", value: `${manifest.packageVersion}, commit ${manifest.gitCommit ?? "unknown"}` },
    { name: "node", value: `${manifest.node} on ${manifest.platform}` },
    { name: "seed", value: String(manifest.seed) },
    { name: "settings", value: manifest.configHash },
    { name: "recommended settings", value: manifest.recommendations.join(", ") || "none" },
    { name: "dataset content", value: manifest.dataset.contentHash },
  ];
  const files = [
    ...(data?.sources ?? []).map((source) => ({ name: source.path, ...source })),
    ...Object.entries(manifest.files).map(([name, file]) => ({ name, ...file })),
  ];
  const time = durationText(manifest.seconds);
  const body = markup`<p>Trained in ${time}. The same settings, seed and data give the same bits on the same engine.</p>
${factList(facts)}
${foldedTable("Files and their hashes", hashTable(files))}
${foldedTable("Every setting", settingTable(config))}`;
  return { id: "provenance", title: "Provenance", body };
}

export function factList(facts: readonly ProvenanceFact[]): Markup {
  return markup`<div class="facts"><dl>${facts.map(({ name, value }) => markup`<dt>${name}</dt><dd><code>${value}</code></dd>`)}</dl></div>`;
}

export function foldedTable(title: string, table: DataTable): Markup {
  return markup`<details><summary>${title}</summary>${csvLink(table)}${tableMarkup(table)}</details>`;
}

export function hashTable(
  files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[],
): DataTable {
  return dataTable<(typeof files)[number]>({
    title: "Files",
    columns: [
      { name: "file", kind: "text", value: ({ name }) => name },
      { name: "bytes", kind: "number", value: ({ bytes }) => bytes, show: ({ bytes }) => bytesText(bytes) },
      { name: "sha256", kind: "text", isCode: true, value: ({ sha256 }) => sha256 },
    ],
    rows: files,
  });
}

function settingTable(config: Readonly<Record<string, unknown>>): DataTable {
  return dataTable<readonly [string, string]>({
    title: "Settings",
    columns: [
      { name: "setting", kind: "text", isCode: true, value: ([path]) => path },
      { name: "value", kind: "text", isCode: true, value: ([, text]) => text },
    ],
    rows: flatSettings(config),
  });
}
