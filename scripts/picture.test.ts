import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { dashboardPicture } from "./dashboard-picture.ts";

test('docs/dashboard.svg is what the dashboard looks like: "pnpm picture" draws it anew', () => {
  const drawn = dashboardPicture();
  expect(readFileSync(join(dirname(import.meta.dirname), "docs", "dashboard.svg"), "utf8") === drawn).toBe(true);
  expect(drawn).toContain("prefers-reduced-motion");
  expect(drawn.length).toBeLessThan(600_000);
});
