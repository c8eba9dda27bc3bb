/** The measurements as Markdown tables: medians, with the least and the greatest in brackets. */

export function comparisonTable({ titles, described, skipped, flopsPerSample, repetitions, summary }, baseline) {
  const names = Object.keys(titles).filter(
    (name) => !(name in skipped) || summary.some((row) => row.samplesPerSecond[name]),
  );
  const peers = names.filter((name) => name !== baseline);
  const header = ["batch size", ...names.map((name) => `${titles[name]}, samples/s`)];
  header.push(...peers.map((name) => `over ${name}`), "share of sgemm");
  const rows = summary.map(({ batchSize, samplesPerSecond, ratioOver, shareOfSgemm }) => [
    grouped(batchSize),
    ...names.map((name) => cell(samplesPerSecond[name], grouped)),
    ...peers.map((name) => cell(ratioOver[name], (ratio) => `${ratio.toFixed(2)}x`)),
    cell(shareOfSgemm, (share) => `${(100 * share).toFixed(0)}%`),
  ]);
  const limits = repetitions.map((entry) => entry.sgemmGigaflopsPerSecond).filter((rate) => rate !== null);
  const notes = [
    ...Object.entries(described).map(([name, description]) => `- ${name}: ${description}`),
    `- arithmetic of the textbook step: ${grouped(flopsPerSample)} floating-point operations a sample`,
    ...(limits.length === 0 ? [] : [`- sgemm: ${Math.min(...limits)} to ${Math.max(...limits)} Gflop/s`]),
    ...Object.entries(skipped).map(([name, reason]) => `- SKIPPED ${name}: ${reason}`),
  ];
  return `${table(header, rows)}\n\n${notes.join("\n")}`;
}

export function growthTable({ summary, bytesPerParameter }) {
  const header = ["optimizer", "users and items", "parameters", "batch size", "threads", "samples/s"];
  header.push("CPU ns a sample", "peak MB");
  const rows = summary.map(({ optimizer, scale, parameters, batchSize, threads, peakBytes, ...speed }) => [
    optimizer,
    `x${scale}`,
    grouped(parameters),
    grouped(batchSize),
    `${threads}`,
    cell(speed.samplesPerSecond, grouped),
    cell(speed.cpuNanosecondsPerSample, grouped),
    cell(peakBytes, (bytes) => grouped(bytes / 1e6)),
  ]);
  const memory =
    bytesPerParameter === null ? "" : `\n\n- ${bytesPerParameter} bytes of peak memory for each further parameter`;
  return table(header, rows) + memory;
}

function table(header, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map((_, column) => (column === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}

/** "-" where nothing was timed. */
function cell(spread, show) {
  if (spread === undefined || spread === null) return "-";
  return `${show(spread.median)} (${show(spread.min)} to ${show(spread.max)})`;
}

function grouped(number) {
  return Math.round(number).toLocaleString("en-US");
}
