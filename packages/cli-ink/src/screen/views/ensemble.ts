import { short } from "../../run/format.ts";
import { bold, dim, type Line, line, type Span, span } from "../line.ts";
import { shorten } from "../shorten.ts";
import { type Tile, tile } from "../tile.ts";
import type { View, ViewProps } from "../view.ts";
import { staged } from "./staged-vote.ts";
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
      const head = line(bold("Error ε, weight α"), dim(`  ${words ? "" : "│ "}guessing: ${short(chance)}`));
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
      if (others.length === 0) return [line(title), line(dim("appears after the second member finishes"))];
      const [low, high] = [Math.min(...others), Math.max(...others)];
      const mean = others.reduce((sum, value) => sum + value, 0) / others.length;
      const head = line(title, dim(`  mean ${(100 * mean).toFixed(0)}, ${(100 * low).toFixed(0)}–${(100 * high).toFixed(0)}`));
      if (words) {
        const rows = members.map(({ member }, i) => {
          const own = matrix[i]!.filter((_, j) => j !== i);
          return line(
            `member ${member + 1}: ${(100 * Math.min(...own)).toFixed(0)} to ${(100 * Math.max(...own)).toFixed(0)} % with the others`,
          );
        });
        return [head, ...rows].slice(0, height);
      }
      const cell = [4, 3].find((each) => members.length * each + 4 <= width) ?? 1;
      const shades = " ░▒▓█";
      const step = (value: number): 0 | 1 | 2 | 3 | 4 =>
        Math.min(4, Math.floor((5 * (value - low)) / (high - low || 1))) as 0 | 1 | 2 | 3 | 4;
      const top = cell > 1 ? [line(dim(`    ${members.map(({ member }) => String(member + 1).padStart(cell)).join("")}`))] : [];
      const rows = members.map(({ member }, i): Line => {
        const cells = matrix[i]!.map((value, j): Span => {
          if (i === j) return dim("·".padStart(cell));
          const text = cell > 1 ? (100 * value).toFixed(0).padStart(cell) : (shades[step(value)] ?? " ");
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
      if (voting.length === 0) return [head, line(dim("appears after the second member finishes"))];
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
      const head = line(bold("Answers by class"), dim(words ? "" : "  · never"));
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
