import { bytes, duration, percent, short, table } from "../run/format.ts";
import { shorten } from "../screen/shorten.ts";
import type { ListedRun } from "./read-runs.ts";

/** A table of runs with as many columns as fit, and the notes below it. */
export function runLines(runs: readonly ListedRun[], width: number): string[] {
  if (runs.length === 0) return ["No run fits."];
  const name = Math.min(Math.max(...runs.map((run) => run.name.length)), Math.max(20, Math.floor(width / 2)));
  const all = ["run", "state", "members", "vote", "gain", "began", "took", "size", "network", "scheme", "data", "tags"] as const;
  const rows = runs.map((run): Record<(typeof all)[number], string> => ({
    run: shorten(run.name, name),
    state: run.status,
    members: `${run.members.trained}/${run.members.planned}`,
    vote: voteText(run, ({ value }) => value),
    gain: run.vote ? gainText(run.vote) : "–",
    began: run.began === undefined ? "–" : new Date(run.began).toISOString().slice(0, 16).replace("T", " "),
    took: run.began === undefined || run.ended === undefined ? "–" : duration((run.ended - run.began) / 1000),
    size: bytes(run.bytes),
    network: run.network,
    scheme: run.scheme,
    data: run.dataset,
    tags: run.tags.join(" "),
  }));
  const hasTags = runs.some(({ tags }) => tags.length > 0);
  // Most important first; tags are the user's own, so they precede what is known anyway.
  const order = [
    "run",
    "state",
    "members",
    "vote",
    ...(hasTags ? ["tags"] : []),
    "began",
    "gain",
    "scheme",
    "size",
    "took",
    "data",
    "network",
  ] as const;
  const shown = new Set<string>();
  for (const column of order) {
    const cells = all.filter((one) => shown.has(one) || one === column);
    const longest = cells.reduce((sum, one) => sum + Math.max(one.length, ...rows.map((row) => row[one].length)) + 2, -2);
    if (longest > width && shown.size >= 3) break;
    shown.add(column);
  }
  const columns = all.filter((column) => shown.has(column));
  const notes = runs.filter(({ note }) => note !== "").map((run) => `  ${run.name}: ${run.note}`);
  return [
    ...table([[...columns], ...rows.map((row) => columns.map((column) => row[column]))], { left: 2 }),
    ...(notes.length > 0 ? ["", "Notes", ...notes] : []),
  ];
}

function voteText({ vote }: ListedRun, of: (vote: NonNullable<ListedRun["vote"]>) => number): string {
  if (!vote) return "–";
  return vote.unit === "%" ? percent(of(vote)) : short(of(vote));
}

function gainText({ unit, value, singleMean }: NonNullable<ListedRun["vote"]>): string {
  const gain = unit === "%" ? 100 * (value - singleMean) : value - singleMean;
  return `${gain < 0 ? "−" : "+"}${unit === "%" ? Math.abs(gain).toFixed(1) : short(Math.abs(gain))}`;
}
