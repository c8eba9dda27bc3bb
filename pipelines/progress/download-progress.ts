/** How far a download is. */
import { type DisplayContext, openProgressDisplay } from "./progress-display.ts";

export interface DownloadProgress {
  /** `totalBytes` is null when the server does not say. May go back when a server cannot resume. */
  update(doneBytes: number, totalBytes: number | null): void;
  stop(): void;
}

export function showDownload(name: string, context: DisplayContext): DownloadProgress {
  const format = `${name}  {bar}  {percentage}%  {value} of {total} MB  left {eta}`;
  const display = openProgressDisplay({ format, total: 0, secondsBetweenLines: 10 }, context);
  return {
    update: (doneBytes, totalBytes) =>
      display.show({
        done: megabytes(doneBytes),
        total: megabytes(totalBytes ?? doneBytes),
        event: { kind: "download", file: name, bytes: doneBytes, totalBytes },
        line: () =>
          `${name}: ${megabytes(doneBytes)} MB${totalBytes === null ? "" : ` of ${megabytes(totalBytes)} MB`}`,
      }),
    stop: () => display.close(),
  };
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}
