import { describe, expect, it } from "@jest/globals";
import { stages } from "../../pipelines/stages.ts";
import { settingsOf, settingTree } from "../../src/config/setting-tree.ts";

describe.each(stages.map((entry) => [entry.name, entry] as const))("the command %s", (name, entry) => {
  it("is the stage of that name", async () => {
    const stage = await entry.load();
    expect(stage.name).toBe(name);
    expect(await entry.schema()).toBe(stage.schema);
  });

  it("has flags of its own, and a meaning for each", async () => {
    const settings = settingsOf(settingTree(await entry.schema()));
    const flags = settings.flatMap(({ flag }) => (flag === null ? [] : [flag]));
    expect(new Set(flags).size).toBe(flags.length);
    for (const common of ["config", "json", "quiet", "debug", "help"]) expect(flags).not.toContain(common);
    expect(settings.filter(({ flag, meaning }) => flag !== null && meaning === "")).toEqual([]);
  });

  it("shows every setting under a heading", async () => {
    const settings = settingsOf(settingTree(await entry.schema()));
    expect(settings.filter(({ flag, heading }) => flag !== null && heading === null)).toEqual([]);
  });

  it("says what --no-x does, where it does something", async () => {
    const switches = settingsOf(settingTree(await entry.schema())).filter(({ accepts }) => accepts.type === "boolean");
    for (const { flag, off, defaultValue } of switches) {
      const isHidden = defaultValue === false;
      expect({ flag, hasWords: (off ?? "") !== "" }).toEqual({ flag, hasWords: !isHidden });
    }
  });
});
