/**
 * What follows from the roles of train's settings: which part of a config decides a result, and
 * what a study may not set.
 */
import { isRecord } from "./is-record.ts";
import { trainSchema } from "./schemas/train-schema.ts";
import { type Setting, type SettingGroup, settingsOf, settingTree } from "./setting-tree.ts";
import { trainRoles } from "./train-role.ts";

type Values = Readonly<Record<string, unknown>>;

/**
 * Of a parsed config, or of one that a record holds: settings that this version does not know are
 * taken to decide something.
 */
export function resultPartOf(config: Values): Values {
  return resultPart(settingTree(trainSchema), config);
}

/** Where in a study settings stand: the study and its subjects speak for all arms, the others for what is compared. */
export type StudyLayer = "for all arms" | "for some";

/** A line for each reason to refuse some of `settings`, naming them: none where a study may set them all there. */
export function studyRefusals(settings: Values, layer: StudyLayer): readonly string[] {
  const given = givenSettings(settingTree(trainSchema), settings);
  const names = (isRefused: (role: Role) => boolean): readonly string[] =>
    given.filter((setting) => isRefused(roleOf(setting))).map(({ path }) => path.join("."));
  const line = (found: readonly string[], reason: string): readonly string[] =>
    found.length === 0 ? [] : [`settings hold ${found.join(", ")}, ${reason}`];
  return [
    ...line(
      names(({ changesResult, inStudy }) => changesResult && inStudy === "nowhere"),
      "which the study itself decides; leave it out",
    ),
    ...line(
      names(({ changesResult }) => !changesResult),
      "which changes no result; leave it out",
    ),
    ...line(
      names(({ inStudy }) => inStudy === "for all arms" && layer === "for some"),
      "which all arms must share; give it in the settings of the study or of a subject",
    ),
  ];
}

type Role = (typeof trainRoles)[keyof typeof trainRoles];

/** Throws RangeError for a setting of train without a role, which is a defect of the schema. */
export function roleOf({ role, path }: Setting): Role {
  if (role === null) throw new RangeError(`the setting ${path.join(".")} of train has no role; give it one beside it`);
  return trainRoles[role];
}

function resultPart(group: SettingGroup, values: Values): Values {
  const kept = Object.entries(values).flatMap(([key, value]): [string, unknown][] => {
    const member = group.members.get(key);
    if (member === undefined) return [[key, value]];
    const settings = member.kind === "group" ? settingsOf(member) : [member.setting];
    if (!settings.some((setting) => roleOf(setting).changesResult)) return [];
    return [[key, member.kind === "group" && isRecord(value) ? resultPart(member, value) : value]];
  });
  return Object.fromEntries(kept);
}

/** Unknown names and values in place of groups are left to the parser. */
function givenSettings(group: SettingGroup, values: Values): readonly Setting[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const member = group.members.get(key);
    if (member === undefined) return [];
    if (member.kind === "setting") return [member.setting];
    return isRecord(value) ? givenSettings(member, value) : [];
  });
}
