import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { exampleRun } from "../test/example-run.ts";
import { renderReport } from "./render-report.ts";

const parse = (page: string) => parseHTML(page).document;

test("the same runs give the same bytes", () => {
  expect(renderReport([exampleRun(3)])).toBe(renderReport([exampleRun(3)]));
});

test("a page of 32 members with curves of 30 points is below 300 kB, and asks for nothing beside it", () => {
  const page = renderReport([exampleRun(32)]);
  // Its pictures have one pixel; real ones of 32×32 take less than 1.4 kB, and there are 56 at most.
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
  let level = 0;
  for (const heading of document.querySelectorAll("h1,h2,h3,h4")) {
    const own = Number(heading.tagName.slice(1));
    expect(own).toBeLessThanOrEqual(level + 1);
    level = own;
  }
  expect(document.documentElement.getAttribute("lang")).toBe("en");
  expect(document.querySelectorAll("main").length).toBe(1);
  for (const head of document.querySelectorAll("th")) expect(["row", "col"]).toContain(head.getAttribute("scope"));
  for (const link of document.querySelectorAll("nav a")) expect(document.querySelector(link.getAttribute("href")!)).not.toBeNull();
});

test("every chart says what it shows, and every one but the small ones has its numbers", () => {
  const document = parse(renderReport([exampleRun(4)]));
  const charts = [...document.querySelectorAll("svg")];
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
