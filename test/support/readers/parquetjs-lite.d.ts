/** The little of parquetjs-lite that tests read files with; the package has no types. */
declare module "parquetjs-lite" {
  interface Cursor {
    next(): Promise<Record<string, unknown> | null>;
  }
  class ParquetReader {
    static openFile(path: string): Promise<ParquetReader>;
    getCursor(): Cursor;
    close(): Promise<void>;
  }
  const parquetjs: { readonly ParquetReader: typeof ParquetReader };
  export default parquetjs;
}
