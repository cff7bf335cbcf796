// `pnpm picture` draws docs/dashboard.svg, or with `--check` says whether it is as it would be drawn; `pnpm picture runs/NAME FILE` draws another run.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { dashboardPicture } from "./dashboard-picture.ts";

const own = join(dirname(import.meta.dirname), "docs", "dashboard.svg");
const [run, out = own] = process.argv.slice(2);
if (run === "--check") {
  if (readFileSync(own, "utf8") !== dashboardPicture()) {
    console.error('docs/dashboard.svg is not what the dashboard looks like now. Run "pnpm picture", look at it, and commit it.');
    process.exit(1);
  }
} else {
  const svg = run === undefined ? dashboardPicture() : dashboardPicture(join(run, "events.jsonl"), undefined);
  writeFileSync(out, svg);
  console.log(`${out}: ${(svg.length / 1000).toFixed(0)} kB`);
}
