/**
 * Reports as readers meet them: in a real Chromium, at a phone's width and a large screen's, in both themes
 * and with everything opened.
 */
import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { type Browser, chromium, type Page } from "playwright-core";
import { runReport } from "../../src/report/run-report.ts";
import { studyReport } from "../../src/report/study-report.ts";
import { hostileTitle, runContent } from "../support/stages/report-content.ts";
import { studyContent } from "../support/stages/study-content.ts";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
if (executablePath === undefined) console.warn("skipped: reports in a browser; install Debian's chromium to run it");
const inBrowser = executablePath === undefined ? describe.skip : describe;

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const reports = { run: () => runReport(runContent()), study: () => studyReport(studyContent()) };
const views = [
  { width: 360, colorScheme: "light" },
  { width: 360, colorScheme: "dark" },
  { width: 1600, colorScheme: "light" },
  { width: 1600, colorScheme: "dark" },
] as const;

const fullScreen = { width: 1400, colorScheme: "light" } as const;

jest.setTimeout(180_000); // a browser without a GPU, on a machine that may be busy

inBrowser.each(["run", "study"] as const)("the report of a %s", (kind) => {
  const temporary = useTemporaryFolder();
  let browser: Browser;
  beforeAll(async () => {
    await writeFile(temporary("report.html"), reports[kind]());
    const quiet =
      "--disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: ["--headless", "--no-sandbox", "--disable-gpu", ...quiet.split(" ")],
    });
  });
  afterAll(() => browser?.close());

  const open = async (view: (typeof views)[number] | typeof fullScreen) => {
    const { width, colorScheme } = view;
    // The page's own policy lets no other script in; axe has to come in past it.
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
    const said: string[] = [];
    const asked: string[] = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(error.message));
    page.on("request", (request) => asked.push(request.url()));
    const address = pathToFileURL(temporary("report.html")).href;
    await page.goto(address);
    return { page, said, asked: asked.filter((url) => url !== address && !url.startsWith("data:")) };
  };

  it.each(views)("says nothing on the console and asks for nothing at $width px, $colorScheme", async (view) => {
    const { page, said, asked } = await open(view);
    expect({ said, asked }).toEqual({ said: [], asked: [] });
    await page.close();
  });

  it.each([...views, fullScreen])(
    "shows all of its text at $width px, $colorScheme, closed and opened",
    async (view) => {
      const { page } = await open(view);
      expect(await cutText(page)).toEqual([]);
      await openAll(page);
      expect(await cutText(page)).toEqual([]);
      await page.close();
    },
  );

  it.each([views[0], views[3]])(
    "passes axe's checks of contrast, labels and structure at $width px, $colorScheme",
    async (view) => {
      const { page } = await open(view);
      await openAll(page);
      await page.evaluate(axe);
      const violations = await page.evaluate(
        // The browser's own language; this project's types know no document.
        `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
        violations.map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(" | ")))`,
      );
      expect(violations).toEqual([]);
      await page.close();
    },
  );

  it("sorts its tables by a press of a key, and back", async () => {
    const { page } = await open(views[2]);
    const first = `[...document.querySelectorAll("table[data-sortable]")][0].tBodies[0].rows[0].cells[0].textContent`;
    const before = await page.evaluate(first);
    const button = page.locator("table[data-sortable] thead button").first();
    await button.focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(`document.querySelector("th[aria-sort]").getAttribute("aria-sort")`)).toBe("descending");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(`document.querySelector("th[aria-sort]").getAttribute("aria-sort")`)).toBe("ascending");
    expect(before).toBeTruthy();
    await page.close();
  });

  it("gives the numbers of a chart as a CSV file", async () => {
    const { page } = await open(views[2]);
    await openAll(page);
    const download = page.waitForEvent("download");
    await page.locator("a[download]").first().click();
    const file = await download;
    expect(file.suggestedFilename()).toMatch(/\.csv$/);
    expect(readFileSync((await file.path())!, "utf8")).toMatch(/^[^\r\n]+,[^\r\n]+\r\n/);
    await page.close();
  });

  it("is light on paper, whatever the screen is", async () => {
    const { page } = await open(views[3]);
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await page.evaluate(`getComputedStyle(document.body).color`)).toBe("rgb(28, 34, 38)");
    await page.close();
  });

  it("leaves no blank place in its rows of charts, and one height to the names above them", async () => {
    const { page } = await open(fullScreen);
    const ragged = await page.evaluate(`[...document.querySelectorAll(".multiples")].flatMap((grid) => {
      const end = grid.getBoundingClientRect().right;
      const last = grid.lastElementChild.getBoundingClientRect().right;
      const tops = {};
      for (const figure of grid.children) {
        const chart = [...figure.querySelectorAll("svg[role=img]")].find((svg) => svg.getBoundingClientRect().width > 0);
        (tops[Math.round(figure.getBoundingClientRect().top)] ??= new Set()).add(Math.round(chart.getBoundingClientRect().top));
      }
      const uneven = Object.values(tops).some((set) => set.size > 1);
      return end - last > 2 || uneven ? [grid.closest("section").id] : [];
    })`);
    expect(ragged).toEqual([]);
    await page.close();
  });

  if (kind === "run") {
    it("has the verdict, every ranker and the people on the first screen", async () => {
      const { page } = await open(fullScreen);
      expect(await page.evaluate(`document.querySelector(".lede").getBoundingClientRect().top`)).toBeLessThan(150);
      const bottom = `document.querySelector(".glance").getBoundingClientRect().bottom`;
      expect(await page.evaluate(bottom)).toBeLessThanOrEqual(900);
      await page.close();
    });

    it("shows a title that holds a script as text", async () => {
      const { page, said } = await open(views[2]);
      const text = await page.evaluate(`document.querySelector(".person .hit").textContent`);
      expect(text).toContain(hostileTitle);
      expect(said).toEqual([]);
      await page.close();
    });
  }
});

async function openAll(page: Page): Promise<void> {
  await page.evaluate(`document.querySelectorAll("details").forEach((details) => { details.open = true; })`);
  await page.waitForTimeout(50); // until the page has settled which boxes scroll
}

/**
 * Text that a reader cannot see whole: wider than the window, clipped by its box, or outside the chart it stands in.
 */
async function cutText(page: Page): Promise<unknown> {
  return page.evaluate(`(() => {
    const cut = [];
    if (document.documentElement.scrollWidth > innerWidth) cut.push("the page scrolls sideways");
    const isUnseen = (element) => element.closest(".unseen, .skip") !== null;
    for (const element of document.body.querySelectorAll("h1,h2,h3,h4,p,li,dt,dd,summary,a,figcaption,button,.person,.figure")) {
      if (isUnseen(element) || element.closest(".scroll, pre") !== null) continue; // those scroll by themselves
      const box = element.getBoundingClientRect();
      if (box.width === 0) continue;
      if (box.right > innerWidth + 1 || box.left < -1) cut.push("outside the window: " + element.textContent.slice(0, 60));
      if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0) cut.push("clipped: " + element.textContent.slice(0, 60));
    }
    for (const chart of document.querySelectorAll(".chart > svg")) {
      const frame = chart.getBoundingClientRect();
      if (frame.width === 0) continue;
      const texts = [...chart.querySelectorAll("text")].map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }));
      for (const { text, box } of texts) {
        if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1) {
          cut.push("outside its chart: " + text + " of " + chart.getAttribute("aria-label").slice(0, 60));
        }
        if (box.height < 9) cut.push("too small to read: " + text);
      }
      for (const [k, one] of texts.entries()) {
        for (const other of texts.slice(k + 1)) {
          const apart = one.box.right <= other.box.left + 1 || other.box.right <= one.box.left + 1 || one.box.bottom <= other.box.top + 3 || other.box.bottom <= one.box.top + 3;
          if (!apart) cut.push("texts overlap: " + one.text + " and " + other.text + " of " + chart.getAttribute("aria-label").slice(0, 60));
        }
      }
    }
    return [...new Set(cut)].slice(0, 12);
  })()`);
}
