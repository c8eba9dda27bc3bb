/**
 * A stage's schema read back as a list of settings: names, flags and ranges for help texts, flags and error messages.
 */
import { z } from "zod";
import type { NamedThing } from "./setting.ts";
import { isHeading, type SettingHeading } from "./setting-headings.ts";
import { type TrainRole, trainRoles } from "./train-role.ts";

export interface Setting {
  /** Keys from the top of the config, such as ["optimizer", "learningRate"]. */
  readonly path: readonly string[];
  /** Without dashes; null for settings that only files carry. */
  readonly flag: string | null;
  readonly meaning: string;
  /** What --no-<flag> does; null where it is no switch, or one that is off unless given. */
  readonly off: string | null;
  /** In help; null for a schema whose first settings have none. */
  readonly heading: SettingHeading | null;
  /** What the value is the name of; null where its type says enough. */
  readonly names: NamedThing | null;
  /** Whether it may be given as the word behind the command. */
  readonly isArgument: boolean;
  /** Whether there is no doing without it. */
  readonly isNeeded: boolean;
  /** Whether the rule for defaults chooses it from the log. */
  readonly fitsLog: boolean;
  readonly unit: string | null;
  readonly accepts: ValueShape;
  /** Its own or its group's; null outside `train`. */
  readonly role: TrainRole | null;
  /** Undefined when the setting has no default. */
  readonly defaultValue: unknown;
}

/** The part of JSON Schema that describes one setting's values. */
export interface ValueShape {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly ValueShape[];
  readonly items?: ValueShape;
  readonly pattern?: string;
  /** The setting's own words for what it takes; see SettingNotes. */
  readonly expects?: string;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
}

/** Keys of one nested group, and under each either a deeper group or a setting. */
export interface SettingGroup {
  readonly kind: "group";
  readonly path: readonly string[];
  readonly members: ReadonlyMap<string, SettingGroup | SettingLeaf>;
}
export interface SettingLeaf {
  readonly kind: "setting";
  readonly setting: Setting;
}

/** Reading a schema takes milliseconds, and a study parses hundreds of configs of one. */
const known = new WeakMap<z.ZodType, SettingGroup>();

/** The tree of `schema`, which must be an object of settings and nested objects. */
export function settingTree(schema: z.ZodType): SettingGroup {
  const tree = known.get(schema) ?? readTree(schema);
  known.set(schema, tree);
  return tree;
}

function readTree(schema: z.ZodType): SettingGroup {
  const described: JsonSchema = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return readGroup(described, { path: [], role: null, page: { heading: null }, isNeeded: true });
}

/** Every setting of the tree, in the order of the schema. */
export function settingsOf(group: SettingGroup): readonly Setting[] {
  return [...group.members.values()].flatMap((member) =>
    member.kind === "group" ? settingsOf(member) : [member.setting],
  );
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Where the reading stands. */
interface Place {
  readonly path: readonly string[];
  /** Of the group around it. */
  readonly role: TrainRole | null;
  /** The last heading so far: it holds until the next, however deep the settings stand. */
  readonly page: { heading: SettingHeading | null };
  readonly isNeeded: boolean;
}

function readGroup(described: JsonSchema, { path, role: outerRole, page }: Place): SettingGroup {
  const role = ownRole(described) ?? outerRole;
  const members = new Map<string, SettingGroup | SettingLeaf>();
  for (const [key, member] of Object.entries(described.properties ?? {})) {
    if (typeof member === "boolean") continue;
    const isNeeded = described.required?.includes(key) === true;
    const place = { path: [...path, key], role, page, isNeeded };
    members.set(key, member.properties === undefined ? readLeaf(member, place) : readGroup(member, place));
  }
  return { kind: "group", path, members };
}

function readLeaf(described: JsonSchema, { path, role: groupRole, page, isNeeded }: Place): SettingLeaf {
  const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
  if (isHeading(described.heading)) page.heading = described.heading;
  return {
    kind: "setting",
    setting: {
      path,
      flag: text(described.flag),
      meaning: text(described.meaning) ?? "",
      off: text(described.off),
      heading: page.heading,
      names: text(described.names) as NamedThing | null, // the notes' own type
      isArgument: described.isArgument === true,
      isNeeded,
      fitsLog: described.fitsLog === true,
      unit: text(described.unit),
      // JSON Schema's own type is wider: it also allows booleans as schemas, which zod never writes.
      accepts: described as ValueShape,
      role: ownRole(described) ?? groupRole,
      defaultValue: described.default,
    },
  };
}

function ownRole({ role }: JsonSchema): TrainRole | null {
  // A key of the table, as just seen.
  return typeof role === "string" && role in trainRoles ? (role as TrainRole) : null;
}
