/** How far a download is: a bar on a terminal, a line now and then elsewhere. */
import { SingleBar } from "cli-progress";
import type { StageContext } from "../stage.ts";

export interface DownloadProgress {
  /** `totalBytes` is null when the server does not say. May go back when a server cannot resume. */
  update(doneBytes: number, totalBytes: number | null): void;
  stop(): void;
}

const LINE_EVERY_MS = 10_000;

export function showDownload(name: string, context: StageContext): DownloadProgress {
  return context.terminal === null ? linesOf(name, context) : barOf(name, context.terminal);
}

function barOf(name: string, stream: NodeJS.WriteStream): DownloadProgress {
  const bar = new SingleBar({
    stream,
    format: `${name} {bar} {percentage}% | {value} of {total} MB | {eta_formatted} left`,
    hideCursor: true,
    clearOnComplete: false,
  });
  bar.start(0, 0);
  return {
    update(doneBytes, totalBytes) {
      bar.setTotal(megabytes(totalBytes ?? doneBytes));
      bar.update(megabytes(doneBytes));
    },
    stop: () => bar.stop(),
  };
}

function linesOf(name: string, { log, elapsed }: StageContext): DownloadProgress {
  let saidAtMs = elapsed();
  return {
    update(doneBytes, totalBytes) {
      if (elapsed() - saidAtMs < LINE_EVERY_MS) return;
      saidAtMs = elapsed();
      log(`${name}: ${megabytes(doneBytes)} MB${totalBytes === null ? "" : ` of ${megabytes(totalBytes)} MB`}`);
    },
    stop: () => undefined,
  };
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}
