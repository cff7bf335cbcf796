import { percent, short, table } from "../run/format.ts";
import type { ListedRun } from "../runs/read-runs.ts";
import { shorten } from "../screen/shorten.ts";
import type { SweptRun } from "./sweep-plan.ts";

/** The votes of runs of which only the seed differs: their mean, the lowest and the highest. Nothing where each has one seed alone. */
export function seedLines(swept: readonly SweptRun[], runs: readonly ListedRun[], width: number): string[] {
  const byName = new Map(runs.map((run) => [run.name, run]));
  const groups = [...Map.groupBy(swept, ({ group }) => group)].flatMap(([group, members]) => {
    const votes = members.flatMap(({ name }) => byName.get(name)?.vote ?? []);
    return votes.length > 0 ? [{ group, votes }] : [];
  });
  if (!groups.some(({ votes }) => votes.length > 1)) return [];
  const rows = groups.map(({ group, votes }) => {
    const values = votes.map(({ value }) => value);
    const text = (value: number): string => (votes[0]?.unit === "%" ? percent(value) : short(value));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return [
      shorten(group, Math.max(20, width - 40)),
      String(values.length),
      text(mean),
      text(Math.min(...values)),
      text(Math.max(...values)),
    ];
  });
  return ["", "Votes over seeds", "", ...table([["runs", "seeds", "mean", "lowest", "highest"], ...rows])];
}
