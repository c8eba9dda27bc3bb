import { existsSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import {
  adapterName,
  findAdapter,
  missingPackage,
  probeFile,
} from "../../../../src/engine/webgpu/device/gpu-adapter.ts";

const facts = {
  vendor: "nvidia",
  architecture: "hopper",
  device: "",
  description: "NVIDIA: 550.54",
  isFallbackAdapter: false,
};

describe("adapterName", () => {
  it("names device and driver, each once, and says when it is software", () => {
    expect(adapterName(facts)).toBe("nvidia hopper (NVIDIA: 550.54)");
    expect(adapterName({ ...facts, vendor: "hopper", isFallbackAdapter: true })).toBe(
      "hopper (NVIDIA: 550.54), software",
    );
    expect(adapterName({ ...facts, vendor: "", architecture: "", description: "" })).toBe("unnamed adapter");
  });
});

describe("findAdapter", () => {
  it("has the program that asks drivers in a process of its own", () => {
    expect([probeFile(), existsSync(probeFile())]).toEqual([probeFile(), true]);
  });

  it("finds a hardware adapter, or says in one line why there is none and what would help", async () => {
    const found = await findAdapter({ allowSoftware: false });
    if (found.facts !== null) expect(found.facts.isFallbackAdapter).toBe(false);
    else for (const line of [found.reason, found.remedy]) expect(line).toMatch(/^[^\n]+$/);
  });

  it("names the package that is not installed, and how to install it", () => {
    expect(missingPackage(() => "there")).toBeNull();
    const missing = missingPackage(() => {
      throw new Error("Cannot find module 'webgpu'");
    });
    expect(missing).toMatchObject({ isWithoutGpu: false, reason: expect.stringContaining("webgpu") });
    expect(missing).toMatchObject({ remedy: expect.stringContaining("npm install webgpu@0.6") });
  });

  it("tells a machine without a GPU from one whose GPU cannot be used", async () => {
    const found = await findAdapter({ allowSoftware: false });
    if (found.facts !== null) return;
    expect(found.isWithoutGpu).toBe(found.reason.startsWith("this machine shows no GPU"));
  });
});
