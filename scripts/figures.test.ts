import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FIGURES, figures } from "./figures.ts";

test.for([...figures])("docs/figures/%s is as `node scripts/figures.ts` draws it", ([name, svg]) => {
  expect(readFileSync(join(FIGURES, name), "utf8")).toBe(svg);
});
