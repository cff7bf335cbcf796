import { wilson } from "@benn/analysis";
import { short } from "../../run/format.ts";
import { isBetter, metricLabel, metricText } from "../../run/metric-values.ts";
import { voteMetrics } from "../../run/run-metrics.ts";
import { bold, dim, type Line, line, type Span, span } from "../line.ts";
import { plot, type Series } from "../plot.ts";
import { shorten } from "../shorten.ts";
import { type Tile, tile } from "../tile.ts";
import type { View, ViewProps } from "../view.ts";
import { waitingFor } from "./waiting-for.ts";

export const ensemble: View = {
  name: "ensemble",
  about: "the vote as members join, vote weights and errors, how unlike the members are, what each fixed and broke, what they answer",
  keys: [
    ["m", "metric"],
    ["c", "panels"],
    ["↑ ↓", "member"],
  ],
  needs: "votes",
  draw(props) {
    return tile([staged(props), weights(props), disagreement(props), fixed(props), counts(props)], {
      width: props.width,
      height: props.height,
      first: props.ui.panel,
      words: props.words,
    });
  },
};

/** The vote of the first 1, 2, … members with its interval, the best single member and the mean. */
function staged({ state, metric: shown, words }: ViewProps): Tile {
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
      const series: Series[] = [
        { name: `${voter} vote`, hue: "series0", points: vote },
        { name: "best single", hue: "series1", points: bests },
        { name: "mean single", hue: "series2", points: mean },
        ...bounds.slice(0, 1).flatMap((): Series[] => [
          { name: "95 % from", hue: "dim", points: bounds.map(({ x, y: [low] }) => ({ x, y: low })) },
          { name: "to", hue: "dim", points: bounds.map(({ x, y: [, high] }) => ({ x, y: high })) },
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

/** Vote weight and error of each member; the error next to the chance level. */
function weights({ state, ui, words }: ViewProps): Tile {
  return {
    name: "alpha",
    draw(width, height) {
      const chance = 1 - 1 / Math.max(2, state.start?.dataset.labels.length ?? 2);
      const judged = state.members.filter(({ error }) => error !== undefined);
      const most = Math.max(...judged.map(({ alpha = 0 }) => alpha), 1e-9);
      const room = words ? 0 : Math.max(4, Math.floor((width - 26) / 2));
      const rows = judged.map(({ member, error = 0, alpha, status }): Line => {
        const errorBar = Math.round(Math.min(1, error / chance) * room);
        const alphaBar = Math.round((Math.max(0, alpha ?? 0) / most) * room);
        const isWeak = error >= chance * 0.95;
        return line(
          span(`${String(member + 1).padStart(3)} `, undefined, { inverse: member === ui.member }),
          `ε ${short(error).padStart(6)} `,
          span("█".repeat(errorBar), isWeak ? "bad" : "series1"),
          dim(`${"░".repeat(room - errorBar)}${words ? "" : "│"}`),
          ` α ${(alpha === undefined ? "none" : short(alpha)).padStart(5)} `,
          span("█".repeat(alphaBar), status === "rejected" ? "bad" : "series0"),
        );
      });
      const head = line(bold("Error ε, weight α"), dim(`  │ guessing: ${short(chance)}`));
      return [
        head,
        ...windowed(
          rows,
          height - 1,
          judged.findIndex(({ member }) => member === ui.member),
        ),
      ];
    },
  };
}

/** Share of test images for which two members predict different classes. */
function disagreement({ insight, ui, words }: ViewProps): Tile {
  return {
    name: "disagreement",
    draw(width, height) {
      const title = bold("Pairs that differ, %");
      const { found } = insight.votes ?? {};
      if (!found) return [line(title), ...waitingFor(insight, "votes", width)];
      const { members, disagreement: matrix } = found;
      const others = matrix.flatMap((row, i) => row.filter((_, j) => j < i));
      if (others.length === 0) return [line(title), line(dim("when the second member is done"))];
      const [low, high] = [Math.min(...others), Math.max(...others)];
      const mean = others.reduce((sum, value) => sum + value, 0) / others.length;
      const head = line(title, dim(`  mean ${(100 * mean).toFixed(0)}, ${(100 * low).toFixed(0)} to ${(100 * high).toFixed(0)}`));
      if (words) {
        const rows = members.map(({ member }, i) => {
          const own = matrix[i]!.filter((_, j) => j !== i);
          return line(
            `member ${member + 1}: ${(100 * Math.min(...own)).toFixed(0)} to ${(100 * Math.max(...own)).toFixed(0)} % with the others`,
          );
        });
        return [head, ...rows].slice(0, height);
      }
      const cell = members.length * 3 + 4 <= width ? 3 : 1;
      const shades = " ░▒▓█";
      const step = (value: number): 0 | 1 | 2 | 3 | 4 =>
        Math.min(4, Math.floor((5 * (value - low)) / (high - low || 1))) as 0 | 1 | 2 | 3 | 4;
      const top = cell === 3 ? [line(dim(`    ${members.map(({ member }) => String(member + 1).padStart(3)).join("")}`))] : [];
      const rows = members.map(({ member }, i): Line => {
        const cells = matrix[i]!.map((value, j): Span => {
          if (i === j) return dim(cell === 3 ? "  ·" : "·");
          const text = cell === 3 ? (100 * value).toFixed(0).padStart(3) : (shades[step(value)] ?? " ");
          return span(text, `heat${step(value)}`);
        });
        return line(span(String(member + 1).padStart(4), undefined, { inverse: member === ui.member }), ...cells);
      });
      return [
        head,
        ...top,
        ...windowed(
          rows,
          height - 1 - top.length,
          members.findIndex(({ member }) => member === ui.member),
        ),
      ];
    },
  };
}

/** What each member did to the vote when it joined. */
function fixed({ insight, ui, words }: ViewProps): Tile {
  return {
    name: "fixed and broke",
    draw(width, height) {
      const head = line(bold("What a member fixed and broke"));
      const { found } = insight.votes ?? {};
      if (!found) return [head, ...waitingFor(insight, "votes", width)];
      const voting = found.members.filter(({ votes }) => votes).slice(1);
      if (voting.length === 0) return [head, line(dim("when the second member is done"))];
      const most = Math.max(1, ...found.fixedAndBroke.map((own) => Math.max(own.fixed, own.broke)));
      const room = words ? 0 : Math.max(3, Math.floor((width - 30) / 2));
      const rows = voting.map(({ member }, i): Line => {
        const { fixed: right, broke } = found.fixedAndBroke[i] ?? { fixed: 0, broke: 0 };
        const net = right - broke;
        return line(
          span(`${String(member + 1).padStart(3)} `, undefined, { inverse: member === ui.member }),
          `fixed ${String(right).padStart(4)} `,
          span("█".repeat(Math.round((right / most) * room)).padEnd(room), "good"),
          ` broke ${String(broke).padStart(4)} `,
          span("█".repeat(Math.round((broke / most) * room)).padEnd(room), "bad"),
          ` ${net < 0 ? "−" : "+"}${Math.abs(net)}`,
        );
      });
      return [
        head,
        ...windowed(
          rows,
          height - 1,
          voting.findIndex(({ member }) => member === ui.member),
        ),
      ];
    },
  };
}

const BARS = "▁▂▃▄▅▆▇█";

/** How often each member predicts each class; a member that never predicts some class is broken. */
function counts({ insight, ui, words }: ViewProps): Tile {
  return {
    name: "answers",
    draw(width, height) {
      const head = line(bold("Answers by class"), dim("  · never"));
      const { found } = insight.votes ?? {};
      if (!found) return [head, ...waitingFor(insight, "votes", width)];
      const rows = found.members.map(({ member, counts: own }): Line => {
        const most = Math.max(1, ...own);
        const never = own.flatMap((count, label) => (count === 0 ? [found.classes[label] ?? String(label)] : []));
        const top = own.indexOf(most);
        const spark =
          words || own.length > width - 24
            ? ""
            : own.map((count) => (count === 0 ? "·" : (BARS[Math.round((count / most) * 7)] ?? ""))).join("");
        const said =
          never.length > 0 ? `never ${never.join(", ")}` : `most ${found.classes[top] ?? top} ${((100 * most) / found.rows).toFixed(0)} %`;
        return line(
          span(`${String(member + 1).padStart(3)} `, undefined, { inverse: member === ui.member }),
          span(spark, "series0"),
          span(`  ${shorten(said, Math.max(4, width - 6 - spark.length))}`, never.length > 0 ? "warn" : "dim"),
        );
      });
      return [
        head,
        ...windowed(
          rows,
          height - 1,
          found.members.findIndex(({ member }) => member === ui.member),
        ),
      ];
    },
  };
}

/** The rows that fit, including the chosen one, else the newest ones. */
function windowed(rows: readonly Line[], room: number, chosen: number): Line[] {
  if (rows.length <= room) return [...rows];
  const from = chosen < 0 ? rows.length - room : Math.min(rows.length - room, Math.max(0, chosen - Math.floor(room / 2)));
  return rows.slice(from, from + Math.max(0, room));
}
