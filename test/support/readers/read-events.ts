/**
 * An event file taken apart by hand: TFRecord frames with both checksums checked bit by bit, then protobuf wire types.
 */

export interface ReadEvent {
  wallTime: number;
  step: number;
  fileVersion?: string;
  sessionStatus?: number;
  values: { tag: string; simpleValue?: number; histogram?: unknown[] }[];
}

/** Throws at the first byte that is not as the format says. */
export function readEvents(bytes: Buffer): ReadEvent[] {
  const events: ReadEvent[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    check(bytes.subarray(at, at + 8), bytes.readUInt32LE(at + 8));
    const data = bytes.subarray(at + 12, at + 12 + length);
    check(data, bytes.readUInt32LE(at + 12 + length));
    events.push(readEvent(data));
    at += 16 + length;
  }
  return events;
}

/** The polynomial division itself, without a table. */
function check(data: Buffer, found: number): void {
  let crc = 0xffffffffn;
  for (const byte of data) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n;
  }
  crc ^= 0xffffffffn;
  const rotated = ((crc >> 15n) | (crc << 17n)) & 0xffffffffn;
  const expected = Number((rotated + 0xa282ead8n) & 0xffffffffn);
  if (found !== expected) throw new Error(`checksum ${found}, expected ${expected}`);
}

type Field = { readonly number: number; readonly varint: number; readonly bytes: Buffer };

function* fields(data: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = data[at++]!;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < data.length) {
    const key = varint();
    const wire = key & 7;
    const none = Buffer.alloc(0);
    if (wire === 0) {
      yield { number: key >> 3, varint: varint(), bytes: none };
      continue;
    }
    const sizes: Readonly<Record<number, () => number>> = { 1: () => 8, 2: varint, 5: () => 4 };
    const size = sizes[wire];
    if (size === undefined) throw new Error(`wire type ${wire}`);
    const length = size();
    yield { number: key >> 3, varint: 0, bytes: data.subarray(at, at + length) };
    at += length;
  }
}

function readEvent(data: Buffer): ReadEvent {
  const event: ReadEvent = { wallTime: 0, step: 0, values: [] };
  for (const { number, varint, bytes } of fields(data)) {
    if (number === 1) event.wallTime = bytes.readDoubleLE();
    else if (number === 2) event.step = varint;
    else if (number === 3) event.fileVersion = bytes.toString("utf8");
    else if (number === 5) for (const value of fields(bytes)) event.values.push(readValue(value.bytes));
    else if (number === 7) for (const status of fields(bytes)) event.sessionStatus = status.varint;
    else throw new Error(`field ${number} of an event`);
  }
  return event;
}

function readValue(data: Buffer): ReadEvent["values"][number] {
  const value: ReadEvent["values"][number] = { tag: "" };
  for (const { number, bytes } of fields(data)) {
    if (number === 1) value.tag = bytes.toString("utf8");
    else if (number === 2) value.simpleValue = bytes.readFloatLE();
    else if (number === 5) value.histogram = [...fields(bytes)].map((field) => readDoubles(field));
    else throw new Error(`field ${number} of a value`);
  }
  return value;
}

function readDoubles({ number, bytes }: Field): number | number[] {
  const all = Array.from({ length: bytes.length / 8 }, (_, place) => bytes.readDoubleLE(8 * place));
  return number >= 6 ? all : all[0]!;
}
