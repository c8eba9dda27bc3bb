/** Links of a Markdown page and the places in it that links can lead to, as GitHub makes them. */

export interface PageLink {
  /** As it is written, such as "../ingest.md#splits". */
  readonly target: string;
  readonly line: number;
}

/** Of the page's prose: what stands in blocks and spans of code is none. Lines from 1. */
export function linksOf(page: string): readonly PageLink[] {
  return proseLines(page).flatMap(({ text, line }) =>
    LINKS.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => ({ target: match[1]!, line }))),
  );
}

const LINKS = [
  /\]\(\s*<?([^)\s>]+)>?[^)]*\)/g,
  /^\s*\[[^\]]+\]:\s*(\S+)/g,
  /<(?:img|source|a)\s[^>]*(?:src|srcset|href)="([^"]+)"/g,
];

/** What may stand behind a "#": a slug of each heading, numbered where several are alike, and names of anchors. */
export function anchorsOf(page: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  const times = new Map<string, number>();
  for (const { text, written } of proseLines(page)) {
    for (const [, name] of text.matchAll(/<a\s(?:id|name)="([^"]+)"/g)) anchors.add(name!);
    const heading = /^#{1,6}\s+(.+?)\s*#*$/.exec(written)?.[1];
    if (heading === undefined) continue;
    const slug = slugOf(heading);
    const seen = times.get(slug) ?? 0;
    times.set(slug, seen + 1);
    anchors.add(seen === 0 ? slug : `${slug}-${seen}`);
  }
  return anchors;
}

/** github-slugger's rule: lower case, letters, digits, blanks, dashes and underscores kept, blanks to dashes. */
function slugOf(heading: string): string {
  return heading
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M} _-]/gu, "")
    .replaceAll(" ", "-");
}

/** `text` is a line without its spans of code, `written` as it stands. */
function proseLines(page: string): { readonly text: string; readonly written: string; readonly line: number }[] {
  let fence: string | null = null;
  return page.split("\n").flatMap((written, index) => {
    const mark = /^\s*(```+|~~~+)/.exec(written)?.[1];
    if (fence !== null) {
      if (mark?.startsWith(fence)) fence = null;
      return [];
    }
    if (mark !== undefined) {
      fence = mark;
      return [];
    }
    return [{ text: written.replaceAll(/(`+)(?!`).+?(?<!`)\1(?!`)/g, ""), written, line: index + 1 }];
  });
}
