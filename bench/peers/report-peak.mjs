/** Preloaded (node --import) by measurements of memory: prints the process's peak resident size when it ends. */
process.on("exit", () => {
  console.log(JSON.stringify({ peakBytes: 1024 * process.resourceUsage().maxRSS }));
});
