// benn report on small real runs, in processes of its own, and the page in a real browser.
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { benn, newFolder } from "./benn.ts";
import { openChromium } from "./chromium.ts";
import { command } from "./terminal.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const complaints: string[] = [];
let cwd = "";
let browser: Browser;
const report = (...args: string[]) => benn(["report", ...args], { cwd });

/** Enough for members that are better than chance, so that boosting keeps them. */
const small = ["--set", `dataset.data=${inject("photographs")}`, "batchSize=40", "epochs=3", "architecture.width=0.125", "validation=0.25"];

beforeAll(async () => {
  cwd = newFolder();
  for (const settings of [
    ["name=boosted", "scheme=samme", "members=3"],
    ["name=real", "binarizer=none", "members=1"],
  ]) {
    const { code, stderr } = await benn(["train", ...small, ...settings, "--ui", "plain"], { cwd });
    expect(stderr).toBe("");
    expect(code).toBe(0);
  }
  browser = await openChromium();
});
afterAll(() => browser?.close());

interface Looks {
  readonly width: number;
  readonly colorScheme?: "light" | "dark";
  readonly media?: "screen" | "print";
  readonly javaScriptEnabled?: boolean;
}

async function open(file: string, { width, colorScheme = "light", media = "screen", javaScriptEnabled = true }: Looks): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, javaScriptEnabled });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("request", (request) => !/^(file|data):/.test(request.url()) && complaints.push(request.url()));
  await page.emulateMedia({ media, colorScheme });
  await page.goto(`file://${join(cwd, file)}`);
  return page;
}

test("the answer of a boosted run beside its real-valued twin, on a page that axe has nothing against at any width, light, dark and printed", async () => {
  const { code, stdout, stderr } = await report("runs/boosted", "--twin", "runs/real");
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^boosted\.html: [\d.]+ kB\. Open it in a browser\.\n$/);
  const looks: Looks[] = [{ width: 360 }, { width: 900, colorScheme: "dark" }, { width: 1600 }, { width: 900, media: "print" }];
  for (const look of looks) {
    const page = await open("boosted.html", look);
    await page.evaluate(axe);
    const { violations } = await page.evaluate("axe.run(document)").then((results) => results as AxeResults);
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} at ${JSON.stringify(look)}`)).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth"), "nothing is wider than the page").toBeLessThanOrEqual(look.width);
    await page.close();
  }
  const page = await open("boosted.html", { width: 900 });
  const evaluation = JSON.parse((await benn(["eval", "runs/boosted", "--json"], { cwd })).stdout) as {
    splits: { test: { staged: { soft: { accuracy: number } }[] } };
  };
  const accuracy = `${(100 * evaluation.splits.test.staged.at(-1)!.soft.accuracy).toFixed(1)} %`;
  expect(await page.textContent("p.answer strong")).toBe(accuracy);
  const text = (await page.textContent("#answer")) ?? "";
  for (const word of ["real-valued twin real", "Time per image", "best single member"]) expect(text).toContain(word);
  expect(await page.locator("#boosting svg").count()).toBe(2);
  expect(
    await page
      .locator("#classes img")
      .evaluateAll((images) => images.every((image) => (image as unknown as { naturalWidth: number }).naturalWidth === 32)),
  ).toBe(true);
  expect(await page.textContent("pre.command")).toMatch(/^benn train --set .*scheme=samme/);
  // Clicking its header sorts the table, and clicking its name hides a series.
  const recall = () => page.locator("#classes table.sortable td:nth-child(6)").allTextContents();
  await page.getByRole("button", { name: "Recall" }).click();
  const sorted = (await recall()).map(Number.parseFloat);
  expect(sorted).toEqual(sorted.toSorted((a, b) => b - a));
  await page.getByRole("button", { name: "each member alone" }).click();
  expect(await page.locator('#staged [data-series="single"]').first().isVisible()).toBe(false);
  await page.close();
  const printed = await open("boosted.html", { width: 900, media: "print" });
  // On paper nothing can be expanded: everything is shown, except the data as CSV.
  expect(await printed.locator("#made details table").first().isVisible()).toBe(true);
  expect(await printed.locator("#trust .disputed details p").first().isVisible()).toBe(true);
  expect(await printed.locator("details.numbers").first().isVisible()).toBe(false);
  await printed.close();
  const still = await open("boosted.html", { width: 360, javaScriptEnabled: false });
  expect(await still.locator("#staged figure svg").isVisible()).toBe(true);
  expect(await still.locator("button").count()).toBe(0);
  await still.close();
  expect(complaints).toEqual([]);
});

test("the command that it names trains the same weights again", async () => {
  const page = await open("boosted.html", { width: 900 });
  const [, args = ""] = /^benn (.*)$/s.exec((await page.textContent("pre.command")) ?? "") ?? [];
  await page.close();
  // Pasted into a shell.
  const again = await promisify(execFile)("bash", ["-c", `${command} ${args} name=again --ui plain`], { cwd });
  expect(again.stderr).toBe("");
  for (const member of ["000", "001", "002"]) {
    const weights = (run: string) => readFileSync(join(cwd, "runs", run, "members", member, "weights.bin"));
    expect(weights("again").equals(weights("boosted"))).toBe(true);
  }
});

test("a run of benn select says where its members come from, and the command that it names chooses the same ones", async () => {
  expect((await benn(["select", "runs/boosted", "--bags", "2", "--steps", "3", "--name", "chosen"], { cwd })).code).toBe(0);
  expect((await report("runs/chosen", "--no-time")).code).toBe(0);
  const page = await open("chosen.html", { width: 900 });
  const made = (await page.textContent("#made")) ?? "";
  expect(made).toMatch(/boosted, member \d/);
  expect(made).not.toMatch(/trains it again|Trained by/);
  expect(await page.textContent("#suspicious")).toContain("The validation images are not fresh: the members were chosen on them.");
  const named = (await page.textContent("pre.command")) ?? "";
  await page.close();
  expect(named).toMatch(/^benn select runs\/boosted --voter soft /);
  expect((await benn([...named.split(" ").slice(1), "--name", "chosen-again"], { cwd })).code).toBe(0);
  const file = (run: string, name: string) => readFileSync(join(cwd, "runs", run, "members/000", name), "base64");
  for (const name of ["weights.bin", "member.json"]) expect(file("chosen-again", name)).toBe(file("chosen", name));
});

test("without times the same runs give the same bytes, and several are laid over one another", async () => {
  for (const out of ["one.html", "other.html"]) {
    const { code, stdout } = await report("runs/boosted", "runs/real", "--no-time", "--out", out, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ file: out, bytes: readFileSync(join(cwd, out)).length });
  }
  expect(readFileSync(join(cwd, "one.html"), "utf8")).toBe(readFileSync(join(cwd, "other.html"), "utf8"));
  const page = await open("one.html", { width: 900 });
  await page.evaluate(axe);
  const { violations } = await page.evaluate("axe.run(document)").then((results) => results as AxeResults);
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  const differing = await page.locator("#runs table").last().locator("th[scope=row]").allTextContents();
  expect(differing).toContain("binarizer.name");
  expect(differing).not.toContain("epochs");
  await page.close();
});

test("what is wrong is refused in a sentence, and help has examples", async () => {
  const refused = async (...args: string[]) => {
    const { code, stderr } = await report(...args);
    expect(code).toBe(2);
    return stderr;
  };
  expect(await refused("runs/none")).toContain("runs/none: does not exist");
  expect(await refused("runs/boosted", "--preset", "nothing")).toContain("report --preset nothing: there is no such preset");
  expect(await refused("runs/boosted", "--no-time", "--out", "no/such/folder.html")).toContain("no/such/folder.html cannot be written");
  expect(await refused("runs/real", "--twin", "runs/boosted")).toContain("its weights are not real-valued but deterministic");
  expect(await refused("runs/boosted", "--no-time", "--out", "runs")).toContain("runs cannot be written");
  expect(existsSync(join(cwd, "runs.part")), "nothing is left behind").toBe(false);
  const { stdout } = await report("--help");
  for (const word of ["Exit codes:", "Examples:", "--twin <run>", "--no-time", "docs/report.md"]) expect(stdout).toContain(word);
});
