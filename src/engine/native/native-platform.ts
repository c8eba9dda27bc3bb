/** What this process says of the binary it wants: for which machine, or which one. */

/** The file that whoever started this process chose, to check or measure another binary; absent as a rule. */
export function chosenBinary(): string | undefined {
  return process.env.LAWN_RANKER_NATIVE || undefined;
}

/** Likewise of the addon of MPI: where addons of two MPIs lie side by side. */
export function chosenMpiBinary(): string | undefined {
  return process.env.LAWN_RANKER_MPI || undefined;
}

/** Such as linux-x64, linux-arm64-musl or win32-x64, as the rows of packaging/platforms.mjs are named. */
export function nativePlatform(): string {
  const { platform, arch } = process;
  return `${platform}-${arch}${platform === "linux" && !runsOnGlibc() ? "-musl" : ""}`;
}

/** Node's report has the glibc it runs with, and under musl none. */
function runsOnGlibc(): boolean {
  const asked: { excludeNetwork?: boolean; getReport(): object } = process.report;
  const { excludeNetwork } = asked;
  // Where Node can leave them out (from 22.13 on), the names of open connections are not looked up.
  if (excludeNetwork === false) asked.excludeNetwork = true;
  const { header } = asked.getReport() as { readonly header: { readonly glibcVersionRuntime?: string } };
  if (excludeNetwork === false) asked.excludeNetwork = false;
  return header.glibcVersionRuntime !== undefined;
}
