import { describe, expect, it } from "@jest/globals";
import { stages } from "../../pipelines/stages.ts";
import { settingsOf, settingTree } from "../../src/config/setting-tree.ts";

describe.each(stages.map((entry) => [entry.name, entry] as const))("the command %s", (name, entry) => {
  it("is the stage of that name", async () => {
    const stage = await entry.load();
    expect(stage.name).toBe(name);
  });

  it("has flags of its own, and a meaning for each", async () => {
    const settings = settingsOf(settingTree((await entry.load()).schema));
    const flags = settings.flatMap(({ flag }) => (flag === null ? [] : [flag]));
    expect(new Set(flags).size).toBe(flags.length);
    for (const common of ["config", "json", "quiet", "debug", "help"]) expect(flags).not.toContain(common);
    expect(settings.filter(({ flag, meaning }) => flag !== null && meaning === "")).toEqual([]);
  });
});
