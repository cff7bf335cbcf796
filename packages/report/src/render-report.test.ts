import type { Metric } from "@benn/core";
import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { exampleRun } from "../test/example-run.ts";
import { renderReport } from "./render-report.ts";

const parse = (page: string) => parseHTML(page).document;
const words = (element: { readonly textContent: string | null } | null | undefined): string =>
  (element?.textContent ?? "").replaceAll(/\s+/g, " ").trim();

function expectHeadingsInOrder(document: ReturnType<typeof parse>): void {
  let level = 0;
  for (const heading of document.querySelectorAll("h1,h2,h3,h4,h5")) {
    const own = Number(heading.tagName.slice(1));
    expect(own, heading.textContent).toBeLessThanOrEqual(level + 1);
    level = own;
  }
}

test("the same runs give the same bytes", () => {
  expect(renderReport([exampleRun(3)])).toBe(renderReport([exampleRun(3)]));
});

test("a page of 32 members with curves of 30 points is below 300 kB, and asks for nothing beside it", () => {
  const page = renderReport([exampleRun(32)]);
  // Its pictures have one pixel; real ones of 32×32 take less than 1.4 kB, and there are at most 56.
  expect(page.length + 56 * 1400).toBeLessThan(300_000);
  expect(page).not.toMatch(/https?:|@import|url\(|<link|<iframe|<script[^>]*src/);
  for (const image of parse(page).querySelectorAll("img")) expect(image.getAttribute("src")).toMatch(/^data:image\//);
});

test("sections are in the order of reading, with headings in order and landmarks", () => {
  const document = parse(renderReport([exampleRun(4)]));
  expect([...document.querySelectorAll("section")].map(({ id }) => id)).toEqual([
    "answer",
    "suspicious",
    "staged",
    "members",
    "diversity",
    "classes",
    "trust",
    "boosting",
    "bits",
    "made",
  ]);
  expectHeadingsInOrder(document);
  expect(document.documentElement.getAttribute("lang")).toBe("en");
  expect(document.querySelectorAll("main").length).toBe(1);
  for (const head of document.querySelectorAll("th")) expect(["row", "col"]).toContain(head.getAttribute("scope"));
  for (const link of document.querySelectorAll("nav a")) expect(document.querySelector(link.getAttribute("href")!)).not.toBeNull();
});

test("every chart says what it shows, and every one but the small ones has its numbers", () => {
  const document = parse(renderReport([exampleRun(4)]));
  const charts = [...document.querySelectorAll("svg:not([aria-hidden])")];
  expect(charts.length).toBeGreaterThan(8);
  for (const svg of charts) {
    expect(svg.getAttribute("role")).toBe("img");
    expect(svg.getAttribute("aria-label")).toMatch(/\d/);
    expect(svg.querySelector("style")).toBeNull();
  }
  for (const figure of document.querySelectorAll("figure")) expect(figure.querySelector("details pre")?.textContent).toMatch(/^[a-z].*\n/);
  const [, first] = document.querySelector("#staged pre")!.textContent.split("\n");
  expect(first?.split(",")[0]).toBe("1");
});

test("names and labels of files are text in the page, never markup", () => {
  const hostile = `<img src=x onerror="alert(1)"></script><b>'&\u202E`;
  const names = [hostile, ...Array.from({ length: 9 }, (_, k) => `class ${k}`)];
  const run = exampleRun(3, { names, name: hostile });
  const page = renderReport([
    {
      ...run,
      warnings: [hostile],
      command: hostile,
      config: { [hostile]: hostile },
      layers: [{ ...run.layers[0]!, architecture: hostile }],
    },
  ]);
  expect(page).not.toMatch(/<img src=x|<b>|\u202E/);
  expect(page.match(/<\/script>/g)).toHaveLength(1);
  const document = parse(page);
  expect(document.querySelectorAll("[onerror]").length).toBe(0);
  expect(document.querySelector("h1")?.textContent).toContain("<img src=x");
});

test("several runs are laid over one another, and only settings that differ are listed", () => {
  const [one, other] = [exampleRun(3, { name: "one" }), exampleRun(5, { name: "other" })];
  const document = parse(renderReport([one, { ...other, config: { ...other.config, epochs: "9" } }]));
  const first = document.querySelector("section")!;
  expect(first.querySelectorAll('[data-series="run-2"]').length).toBeGreaterThan(0);
  const tables = [...first.querySelectorAll("table")];
  expect([...tables.at(-1)!.querySelectorAll("tbody tr")].map((row) => row.textContent.replaceAll(/\s/g, ""))).toEqual(["epochs39"]);
  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test("of several runs each is a section with its own inside it, told from its like in another by name", () => {
  const document = parse(renderReport([exampleRun(3, { name: "one" }), exampleRun(3, { name: "other" })]));
  expectHeadingsInOrder(document);
  expect([...document.querySelectorAll("main h2")].map(words)).toEqual(["The runs", "one", "other"]);
  const inner = [...document.querySelectorAll("#run-2 > section")];
  expect(inner.map((section) => words(section.querySelector("h3")))).toContain("Trust");
  expect(inner[0]!.querySelectorAll("h2").length).toBe(0);
  const nameOf = (section: Element) =>
    section
      .getAttribute("aria-labelledby")!
      .split(" ")
      .map((id) => words(document.getElementById(id)))
      .join(" ");
  const names = [...document.querySelectorAll("section")].map((section) => nameOf(section as unknown as Element));
  expect(new Set(names).size).toBe(names.length);
  expect(names).toContain("other Trust");
  expect([...document.querySelectorAll("nav > ul > li > a")].map(words)).toEqual(["The runs", "one", "other"]);
  for (const link of document.querySelectorAll("a")) expect(document.querySelector(link.getAttribute("href")!)).not.toBeNull();
});

test("any two of eight runs differ in colour or dashes, in the chart and in what explains it", () => {
  const document = parse(renderReport(Array.from({ length: 8 }, (_, i) => exampleRun(1, { name: `run ${i}`, epochs: 1 }))));
  const looks = [...document.querySelectorAll("#runs .legend path")].map((line) =>
    ["stroke", "stroke-dasharray"].map((name) => line.getAttribute(name)).join(" "),
  );
  expect(new Set(looks).size).toBe(8);
  const lines = [...document.querySelectorAll('#runs figure [data-series^="run-"][fill="none"]')].map((line) =>
    ["stroke", "stroke-dasharray"].map((name) => line.getAttribute(name)).join(" "),
  );
  expect(new Set(lines).size).toBe(8);
});

test("the answer is in sentences: against the single member that validation images choose, a mean one and the twin, with size and time", () => {
  const run = exampleRun(5);
  const { comparison } = { comparison: run.evaluation.vote.against[0]! };
  const document = parse(
    renderReport([{ ...run, twin: { name: "real", members: 1, accuracy: run.evaluation.splits.test!.members[0]!, bytes: 9, comparison } }]),
  );
  const text = words(document.querySelector("p.answer"));
  expect(text).toMatch(/^The soft vote of 5 members has [\d.]+ % of 400 test images right \(95 % interval [\d.]+ to [\d.]+ %\)\. /);
  for (const part of [
    "the single member that validation images choose",
    "a single member on average",
    "its real-valued twin",
    "It takes 71.3 kB and 1.50 ms per image.",
  ])
    expect(text).toContain(part);
});

test("a metric that a plugin adds is in the table of metrics and in the staged numbers, by its own title and unit", () => {
  const metrics: Readonly<Record<string, Metric>> = {
    accuracy: { title: "accuracy", unit: "%", better: "higher", of: () => 0.5 },
    hardness: { title: "hardness", unit: "mohs", better: "higher", of: (scores) => scores.length },
    surprise: { title: "surprise", unit: "", better: "lower", membersOnly: true, of: () => 0.25 },
  };
  const document = parse(renderReport([exampleRun(3, { metrics })]));
  const rows = [...document.querySelectorAll("#staged table tbody tr")].map((row) => [...row.children].map(words));
  expect(rows).toEqual([
    ["accuracy", "50.0 %", "50.0 %", "50.0 %", "50.0 %"],
    ["hardness", "4000 mohs", "4000 mohs", "4000 mohs", "4000 mohs"],
    ["surprise", "–", "–", "–", "0.250"],
  ]);
  const [head, first] = words(document.querySelector("#staged pre")).split(" 1,");
  expect(head).toMatch(/,soft hardness$/);
  expect(first).toContain(",4000");
});

test("a run of chosen members says where they come from and what chooses them again, and nothing of a training", () => {
  const { recipe: _recipe, ...run } = exampleRun(2);
  const page = renderReport([
    {
      ...run,
      members: run.members.map((member) => ({ ...member, loss: [], accuracy: [] })),
      command: "benn select runs/a runs/b --seed 3",
      reused: ["the members were chosen on them"],
      origin: {
        isChosen: true,
        how: [["metric", "accuracy"]],
        members: [
          { from: "a, member 4", sha256: "f876" },
          { from: "b, member 1", sha256: "39a2" },
        ],
      },
    },
  ]);
  const document = parse(page);
  const made = words(document.querySelector("#made"));
  expect(made).toContain("benn select chose the members");
  expect(made).toContain("This command chooses its members again: benn select runs/a runs/b --seed 3");
  expect(made).not.toMatch(/Trained by|trains it again|differs from the preset/);
  expect([...document.querySelectorAll("#made table:nth-of-type(1) tbody tr")].map((row) => [...row.children].map(words))).toContainEqual([
    "2",
    "b, member 1",
    "39a2",
  ]);
  expect(words(document.querySelector("#suspicious"))).toContain("The validation images are not fresh: the members were chosen on them.");
  expect(words(document.querySelector("#members"))).toContain("is not in the log of this run: they were trained elsewhere.");
});

test("of a thousand classes the table has those with the least recall, and the numbers have all", () => {
  const run = exampleRun(2);
  const names = Array.from({ length: 1000 }, (_, k) => `class ${k}`);
  const perClass = names.map((_, k) => ({
    rows: k === 5 ? 0 : 10,
    predicted: 9,
    right: k % 10,
    accuracy: 0.9,
    precision: 0.5,
    recall: k === 5 ? Number.NaN : (k % 10) / 10,
  }));
  const page = renderReport([{ ...run, evaluation: { ...run.evaluation, classes: names, vote: { ...run.evaluation.vote, perClass } } }]);
  const document = parse(page);
  const table = document.querySelector("#classes table")!;
  expect(words(table.querySelector("caption"))).toBe("Classes of the vote on test images, the 100 of 1,000 with the least recall");
  const shown = [...table.querySelectorAll("tbody th")].map(words);
  expect(shown.length).toBe(100);
  expect(shown.every((name) => name.endsWith("0"))).toBe(true);
  expect(document.querySelector("#classes pre")!.textContent.split("\n").length).toBe(1001);
  expect(page.length).toBeLessThan(300_000);
});
