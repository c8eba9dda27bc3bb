/**
 * Where the well-known logs are published, what of them is needed, and under which terms. Nothing of them is bundled.
 */
import type { DOWNLOADABLE } from "../../src/config/schemas/data-schema.ts";
import type { Checksum } from "../../src/transfer/download-file.ts";

export type PublicDatasetName = (typeof DOWNLOADABLE)[number];

export interface Download {
  /** Name at the publisher; appended to the dataset's base. */
  readonly file: string;
  /** Null where the publisher gives none, or changes the file from time to time. */
  readonly checksum: Checksum | null;
  /** Twice what the publisher has, and more for what grows: an answer that goes on is not this file. */
  readonly mostBytes: number;
  /** Members of a zip archive to keep, by their path in it, the log first; absent for a file that is the log itself. */
  readonly members?: readonly string[];
}

export interface PublicDataset {
  readonly base: string;
  readonly downloads: readonly Download[];
  /** A person must have read this before using the data. */
  readonly notice: string;
}

const GROUPLENS = "https://files.grouplens.org/datasets/movielens";
const NCF_AUTHORS = "https://raw.githubusercontent.com/hexiangnan/neural_collaborative_filtering/master/Data";

const MOVIELENS_NOTICE =
  "MovieLens data, (c) GroupLens Research, University of Minnesota. Research use; no redistribution and no commercial use without permission. Read README beside the data, and cite Harper & Konstan 2015, doi:10.1145/2827872.";
const NCF_NOTICE =
  "Split files of He et al., Neural Collaborative Filtering (WWW 2017), from the authors' repository; the terms of the underlying logs apply (MovieLens: GroupLens; Pinterest: Geng et al., ICCV 2015). Research use.";

export const PUBLIC_DATASETS: Readonly<Record<PublicDatasetName, PublicDataset>> = {
  "ml-100k": movielens("ml-100k.zip", "0e33842e24a9c977be4e0107933c0723", 10, ["u.data", "u.item", "README"]),
  // Refreshed by GroupLens from time to time, so it has no lasting checksum.
  "ml-latest-small": movielens("ml-latest-small.zip", null, 20, ["ratings.csv", "movies.csv", "README.txt"]),
  "ml-1m": movielens("ml-1m.zip", "c4d9eecfca2ab87c1945afe126590906", 12, ["ratings.dat", "movies.dat", "README"]),
  "ml-20m": movielens("ml-20m.zip", "cd245b17a1ae2cc31bb14903e1204af3", 400, [
    "ratings.csv",
    "movies.csv",
    "README.txt",
  ]),
  "ml-25m": movielens("ml-25m.zip", "6b51fb2759a8657d3bfcbfc42b592ada", 525, [
    "ratings.csv",
    "movies.csv",
    "README.txt",
  ]),
  "ml-1m-ncf": ncfSplit("ml-1m"),
  "pinterest-20": ncfSplit("pinterest-20"),
};

function movielens(file: string, md5: string | null, mostMegabytes: number, names: readonly string[]): PublicDataset {
  const folder = file.replace(/\.zip$/, "");
  return {
    base: GROUPLENS,
    downloads: [
      {
        file,
        checksum: md5 === null ? null : { algorithm: "md5", hex: md5 },
        mostBytes: mostMegabytes * 1e6,
        members: names.map((name) => `${folder}/${name}`),
      },
    ],
    notice: MOVIELENS_NOTICE,
  };
}

/** The authors publish no checksums. */
function ncfSplit(name: string): PublicDataset {
  return {
    base: NCF_AUTHORS,
    downloads: ["train.rating", "test.rating", "test.negative"].map((part) => ({
      file: `${name}.${part}`,
      checksum: null,
      mostBytes: 200e6,
    })),
    notice: NCF_NOTICE,
  };
}
