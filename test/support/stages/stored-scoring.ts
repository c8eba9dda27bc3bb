/** A folder to score from and an S3 server beside it, emptied before each test. */
import { beforeEach } from "@jest/globals";
import type { StageContext } from "../../../pipelines/stage.ts";
import { useS3 } from "../servers/s3-server.ts";
import { useScoreFolder } from "./score-folder.ts";
import { silentContext } from "./silent-context.ts";

export const store = "s3://bucket/scoring";

export function useStoredScoring() {
  const folder = useScoreFolder();
  const s3 = useS3();
  beforeEach(() => {
    s3().objects.clear();
    s3().answered.length = 0;
  });
  return {
    ...folder,
    s3,
    withStore: (change: Partial<StageContext> = {}): StageContext => ({
      ...silentContext,
      now: Date.now,
      environment: { ...silentContext.environment, variables: s3().variables },
      ...change,
    }),
    /** Keys of the store that begin with `start`. */
    stored: (start: string): string[] =>
      [...s3().objects.keys()].filter((key) => key.startsWith(`bucket/scoring/${start}`)),
  };
}

/** Of what the server answered. */
export const sent = (line: string): boolean => line.startsWith("PUT");
