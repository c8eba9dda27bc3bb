/** The few column types our own files have, and the Arrow types they are stored as. */
import { Bool, DataType, Field, FixedSizeList, Float32, Int64, Precision, Schema, Uint32, Utf8 } from "apache-arrow";

export type ColumnType = "uint32" | "int64" | "float32" | "utf8" | "bool";

export interface ColumnDeclaration {
  readonly name: string;
  readonly type: ColumnType;
  /** Absent means false: a validity map is refused. */
  readonly nullable?: boolean;
  /**
   * For float32 only: a fixed-size list of so many values in each row, handed in as [rows, width], row-major.
   * Written, not read back here.
   */
  readonly width?: number;
}

export type ColumnSchema = readonly ColumnDeclaration[];

/** What each type is in memory. Booleans are bytes, 0 or 1. */
export interface ColumnArrays {
  readonly uint32: Uint32Array;
  readonly int64: BigInt64Array;
  readonly float32: Float32Array;
  readonly utf8: readonly string[];
  readonly bool: Uint8Array;
}

export type ColumnValues = ColumnArrays[ColumnType];

export function arrowSchema(schema: ColumnSchema): Schema {
  const names = new Set(schema.map(({ name }) => name));
  if (schema.length === 0 || names.size < schema.length) {
    throw new RangeError(
      `column schema: names are [${schema.map(({ name }) => name).join(", ")}], expected at least one and no repeats`,
    );
  }
  return new Schema(schema.map((column) => new Field(column.name, storedType(column), column.nullable ?? false)));
}

/** Throws RangeError for a width that the column cannot have. */
function storedType({ name, type, width }: ColumnDeclaration): DataType {
  if (width === undefined) return arrowType(type);
  if (type !== "float32" || !Number.isSafeInteger(width) || width < 1) {
    throw new RangeError(`column schema: "${name}" is ${type} of width ${width}, expected float32 of at least 1`);
  }
  return vectorType(width);
}

export function vectorType(width: number): FixedSizeList<Float32> {
  return new FixedSizeList(width, new Field("value", new Float32(), false));
}

function arrowType(type: ColumnType): DataType {
  switch (type) {
    case "uint32":
      return new Uint32();
    case "int64":
      return new Int64();
    case "float32":
      return new Float32();
    case "utf8":
      return new Utf8();
    case "bool":
      return new Bool();
    default:
      return type satisfies never;
  }
}

/** Our name for a stored type, or null when our own files never have it. */
export function columnTypeOf(type: DataType): ColumnType | null {
  // By what the type says, not by class: the library gives a stored Uint32 as a plain Int of 32 bits without sign.
  if (DataType.isInt(type) && type.bitWidth === 32 && !type.isSigned) return "uint32";
  if (DataType.isInt(type) && type.bitWidth === 64 && type.isSigned) return "int64";
  if (DataType.isFloat(type) && type.precision === Precision.SINGLE) return "float32";
  if (DataType.isUtf8(type)) return "utf8";
  if (DataType.isBool(type)) return "bool";
  return null;
}
