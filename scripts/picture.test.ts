import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { dashboardPicture } from "./dashboard-picture.ts";
import { SIZES, viewPictures } from "./view-pictures.ts";

const docs = join(dirname(import.meta.dirname), "docs");

test('docs/dashboard.svg is what the dashboard looks like: "pnpm picture" draws it anew', () => {
  const drawn = dashboardPicture();
  expect(readFileSync(join(docs, "dashboard.svg"), "utf8") === drawn).toBe(true);
  expect(drawn).toContain("prefers-reduced-motion");
  expect(drawn.length).toBeLessThan(600_000);
});

test("docs/views has every view at each size as it looks now, dark and light in one file", () => {
  const pictures = viewPictures();
  expect(pictures.size).toBe(8 * SIZES.length);
  expect(readdirSync(join(docs, "views")).toSorted()).toEqual([...pictures.keys()].toSorted());
  for (const [name, svg] of pictures) {
    expect(readFileSync(join(docs, "views", name), "utf8") === svg, name).toBe(true);
    expect(svg, name).toContain("prefers-color-scheme:light");
    expect(svg.length, name).toBeLessThan(70_000);
    // Signs that many fonts lack are drawn, or their places would be empty.
    for (const text of svg.match(/<text[^>]*>[^<]*/g) ?? []) expect(text, name).not.toMatch(/[■▶▸▲✓✗━┃⠀-⣿▁-█░]/u);
  }
  expect(pictures.get("weights-80x24.svg")?.match(/<image /g)?.length).toBeGreaterThan(3);
});
