/** Whether a folder is there, by a link too. */
import { stat } from "node:fs/promises";

export async function isFolder(folder: string): Promise<boolean> {
  return (await stat(folder).catch(() => null))?.isDirectory() ?? false;
}
