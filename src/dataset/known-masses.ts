/**
 * The masses of a source's items, found once: a log is long, and whoever corrects a loss by them, draws by them or
 * hands them to an engine asks for the same ones.
 */
import type { Interactions, ItemsByUser } from "./interaction-dataset.ts";
import { type ItemMasses, itemMasses } from "./popularity-draws.ts";

/** What masses come from; part of a BatchSource. */
interface MassSource {
  readonly interactions: Interactions;
  readonly seen: ItemsByUser;
  readonly negativesPower: number;
}

/** What was found last, and from what; null before anyone has asked. */
interface Slot {
  found: {
    readonly masses: ItemMasses;
    readonly items: number;
    readonly power: number;
    readonly columns: readonly Uint32Array[];
  } | null;
}

const slots = new WeakMap<MassSource, Slot>();

/** Found again only from other numbers or columns in other memory: the columns must stay as they are. */
export function knownMassesOf(source: MassSource): ItemMasses {
  const { interactions, seen, negativesPower: power } = source;
  const { items } = interactions;
  const columns = [interactions.itemColumn, seen.offsets, seen.itemsSorted];
  const slot = slotOf(source);
  const isFound =
    slot.found !== null &&
    slot.found.items === items &&
    slot.found.power === power &&
    slot.found.columns.every((column, index) => isSameMemory(column, columns[index]!));
  if (!isFound) slot.found = { masses: itemMasses(interactions, seen, power), items, power, columns };
  return slot.found!.masses;
}

/** From now on what is found of either is known of both: `view` is a plain view of `source`. */
export function shareMasses(source: MassSource, view: MassSource): void {
  slots.set(view, slotOf(source));
}

function slotOf(source: MassSource): Slot {
  const slot = slots.get(source) ?? { found: null };
  slots.set(source, slot);
  return slot;
}

function isSameMemory(one: Uint32Array, other: Uint32Array): boolean {
  return one.buffer === other.buffer && one.byteOffset === other.byteOffset && one.length === other.length;
}
