// `pnpm picture` draws docs/dashboard.svg and docs/views, or with `--check` tests whether they are up to date;
// `pnpm picture runs/NAME FILE` draws another run.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { dashboardPicture } from "./dashboard-picture.ts";
import { viewPictures } from "./view-pictures.ts";

const docs = join(dirname(import.meta.dirname), "docs");
const views = join(docs, "views");
const own = join(docs, "dashboard.svg");
const [run, out = own] = process.argv.slice(2);
const kept = new Map([[own, dashboardPicture], ...[...viewPictures()].map(([name, svg]) => [join(views, name), () => svg] as const)]);
if (run === "--check") {
  const other = [...kept].filter(([path, draw]) => !existsSync(path) || readFileSync(path, "utf8") !== draw());
  if (other.length > 0) {
    const names = other.map(([path]) => basename(path)).join(", ");
    console.error(`Not what the dashboard looks like now: ${names}. Run "pnpm picture", look at them, and commit them.`);
    process.exit(1);
  }
} else if (run === undefined) {
  mkdirSync(views, { recursive: true });
  for (const [path, draw] of kept) write(path, draw());
} else write(out, dashboardPicture(join(run, "events.jsonl"), undefined));

function write(path: string, svg: string): void {
  writeFileSync(path, svg);
  console.log(`${path}: ${(svg.length / 1000).toFixed(0)} kB`);
}
