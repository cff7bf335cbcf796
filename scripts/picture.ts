// `pnpm picture runs/NAME` draws docs/dashboard.svg: the dashboard of a real run, moving, from the events it wrote.
// Needs a build, since the dashboard is Ink's JSX.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { RunEvent } from "@benn/core";
import { followEvents } from "@benn/core/node";
import { animate } from "./terminal-svg.ts";

const COLUMNS = 80;
const ROWS = 24;
const FRAMES = 30;

const [run, out = "docs/dashboard.svg"] = process.argv.slice(2);
if (run === undefined) {
  console.error("pnpm picture: name a run folder. For example: pnpm picture runs/2026-11-25-nin-bagging");
  process.exit(2);
}
process.env["FORCE_COLOR"] = "1"; // read when Ink is imported
process.env["NODE_ENV"] = "production";

const root = dirname(import.meta.dirname);
const built = (file: string): string => pathToFileURL(join(root, "packages/cli-ink/dist", file)).href;
const need = createRequire(join(root, "packages/cli-ink/package.json"));
const { renderToString } = (await import(pathToFileURL(need.resolve("ink")).href)) as {
  renderToString(element: unknown, options: { columns: number }): string;
};
const { createElement } = need("react") as { createElement(component: unknown, props: object): unknown };
const { Dashboard } = (await import(built("screen/dashboard.js"))) as { Dashboard: unknown };
const { initialState, reduce } = (await import(built("run/run-state.js"))) as {
  initialState: { seconds: number };
  reduce(state: object, event: RunEvent): { seconds: number };
};

const log: RunEvent[] = [];
for await (const event of followEvents(run, { follow: false })) log.push(event);
const events = log.toSorted((a, b) => a.clock.at - b.clock.at); // members trained side by side stand one after the other
const states: { seconds: number }[] = [];
for (const event of events) states.push(reduce(states.at(-1) ?? initialState, event));
const end = states.at(-1)?.seconds ?? 0;
const moments = Array.from({ length: FRAMES }, (_, i) => states.findLast(({ seconds }) => seconds <= (end * (i + 1)) / FRAMES));
const frames = moments.map((state) => {
  const props = { state, columns: COLUMNS, rows: ROWS, since: 0, view: 0, help: false, watching: false };
  return renderToString(createElement(Dashboard, props), { columns: COLUMNS });
});
const svg = animate(frames, { columns: COLUMNS, rows: ROWS, secondsPerFrame: 0.4, secondsAtEnd: 5, title: "benn train --preset demo" });
writeFileSync(out, svg);
console.log(`${out}: ${FRAMES} frames, ${(svg.length / 1000).toFixed(0)} kB`);
