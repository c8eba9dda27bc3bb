/** Features as people ask for them: "category, brand, tags:list, price:number, year:buckets=10", or auto. */

export const featureKinds = ["category", "list", "number", "buckets"] as const;
export type FeatureKind = (typeof featureKinds)[number];

export interface FeatureRequest {
  /** Of the column. */
  readonly name: string;
  /** Null where the values are to tell. */
  readonly kind: FeatureKind | null;
  /** What parts the values of a list; null where that is to be found, and of other kinds. */
  readonly separator: string | null;
  /** How many quantiles; of buckets alone. */
  readonly buckets: number | null;
}

/** Where :buckets has no number. */
export const DEFAULT_BUCKETS = 10;
const MOST_BUCKETS = 1000;

const AUTO = "auto";

/** Commas part the features, and a blank at the end of a flag gets lost; so these have names. */
const NAMED_SEPARATORS: Readonly<Record<string, string>> = { comma: ",", blank: " ", tab: "\t" };

/** Null for a list that can be read, else what is wrong with it. */
export function featureListProblem(texts: readonly string[]): string | null {
  if (texts.includes(AUTO)) return texts.length === 1 ? null : "auto takes every column; give it alone";
  const names = new Set<string>();
  for (const text of texts) {
    const { name, kind, value } = partsOf(text);
    if (name === "") return `"${text}" names no column; expected name, or name:kind`;
    if (names.has(name.toLowerCase())) return `"${name}" is there twice`;
    names.add(name.toLowerCase());
    if (kind !== null && !isKind(kind)) {
      return `"${text}" is of kind "${kind}", expected ${featureKinds.join(", ")}`;
    }
    if (value === null) continue;
    if (kind === "buckets") {
      const isCount = /^\d+$/.test(value) && Number(value) >= 2 && Number(value) <= MOST_BUCKETS;
      if (!isCount) return `"${text}" has "${value}" buckets, expected 2 to ${MOST_BUCKETS}`;
    } else if (kind !== "list") return `"${text}": only list (what parts the values) and buckets (how many) take an =`;
    else if (value === "") return `"${text}" has no separator behind the =`;
  }
  return null;
}

/** Of a list without a problem; null for auto. */
export function featureRequestsOf(texts: readonly string[]): readonly FeatureRequest[] | null {
  if (texts.includes(AUTO)) return null;
  return texts.map((text) => {
    const { name, kind, value } = partsOf(text);
    return {
      name,
      kind: kind !== null && isKind(kind) ? kind : null,
      separator: kind === "list" && value !== null ? (NAMED_SEPARATORS[value] ?? value) : null,
      buckets: kind === "buckets" ? Number(value ?? DEFAULT_BUCKETS) : null,
    };
  });
}

/** The last colon parts them, so that a name may hold one. */
function partsOf(text: string): { readonly name: string; readonly kind: string | null; readonly value: string | null } {
  const found = /^(.*):([a-z]+)(?:=(.*))?$/is.exec(text.trim());
  if (found === null) return { name: text.trim(), kind: null, value: null };
  return { name: found[1]!.trim(), kind: found[2]!.toLowerCase(), value: found[3] ?? null };
}

function isKind(text: string): text is FeatureKind {
  return featureKinds.some((kind) => kind === text);
}
