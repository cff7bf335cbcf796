import { wilson } from "@benn/analysis";
import { isBetter, metricLabel, metricText } from "../../run/metric-values.ts";
import { voteMetrics } from "../../run/run-metrics.ts";
import { bold, dim, line } from "../line.ts";
import { plot, type Series } from "../plot.ts";
import type { Tile } from "../tile.ts";
import type { ViewProps } from "../view.ts";

/** The vote of the first 1, 2, … members with its interval, beside the best single one and the mean. */
export function staged({ state, metric: shown, words }: Pick<ViewProps, "state" | "metric" | "words">): Tile {
  return {
    name: "staged",
    draw(width, height) {
      const metrics = voteMetrics(state);
      const metric = metrics.find(({ name }) => name === shown?.name) ?? metrics[0];
      if (!metric) return [line(bold("Vote of the first n members")), line(dim("appears after the first member finishes"))];
      const voter = state.start?.voter.split(" ")[0] ?? "";
      const stages = state.staged.flatMap(({ members, metrics: { [metric.name]: measured } }) =>
        measured ? [{ members, ...measured }] : [],
      );
      const vote = stages.map(({ members, test }) => ({ x: members, y: test[voter] ?? Number.NaN }));
      const mean = stages.map(({ members, singleMean }) => ({ x: members, y: singleMean ?? Number.NaN }));
      let best = Number.NaN;
      const bests = stages.map(({ members, single = Number.NaN }) => {
        if (Number.isNaN(best) || isBetter(metric, single, best)) best = single;
        return { x: members, y: best };
      });
      // For a share of correctly classified rows, the interval follows from the share and the number of rows.
      const rows = state.start?.dataset.test ?? 0;
      const isShare = metric.name === "accuracy" && rows > 0;
      const bounds = isShare ? vote.map(({ x, y }) => ({ x, y: wilson(Math.round(y * rows), rows) })) : [];
      const single = width < 44 ? "" : " single";
      const series: Series[] = [
        { name: `${voter} vote`, hue: "series0", points: vote },
        { name: `best${single}`, hue: "series1", points: bests },
        { name: `mean${single}`, hue: "series2", points: mean },
        ...bounds.slice(0, 1).flatMap((): Series[] => [
          {
            name: words ? "lower end of the 95 % interval" : "95 % from",
            hue: "dim",
            points: bounds.map(({ x, y: [low] }) => ({ x, y: low })),
          },
          {
            name: words ? "upper end of the 95 % interval" : "to",
            hue: "dim",
            points: bounds.map(({ x, y: [, high] }) => ({ x, y: high })),
          },
        ]),
      ];
      const last = bounds.at(-1);
      const half = last ? ` ± ${(50 * (last.y[1] - last.y[0])).toFixed(1)}` : "";
      const value = metricText(metric, vote.at(-1)?.y);
      const title = `Vote of n, ${metric.title}: ${value.replace(" %", `${half} %`)}`;
      const x = [1, Math.max(2, stages.at(-1)?.members ?? 2)] as const;
      const [format, label] = [(y: number) => metricText(metric, y), (y: number) => metricLabel(metric, y)];
      return plot({ title, series, x, unit: "n", format, label, width, height, words });
    },
  };
}
