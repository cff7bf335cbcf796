import { wilson } from "@benn/analysis";
import { percent } from "../../run/format.ts";
import { bold, dim, type Line, line, type Span, span } from "../line.ts";
import { shorten } from "../shorten.ts";
import { type Tile, tile } from "../tile.ts";
import type { View, ViewProps } from "../view.ts";
import { waitingFor } from "./waiting-for.ts";

export const classes: View = {
  name: "classes",
  about: "accuracy of the vote in each class, and what is taken for what",
  keys: [
    ["↑ ↓", "classes"],
    ["c", "panels"],
    ["/", "filter"],
  ],
  scrolls: "lines",
  most: (props) => wanted(props).length - 1,
  needs: "votes",
  draw(props) {
    const { insight, width, height, ui } = props;
    if (!insight.votes?.found) return waitingFor(insight, "votes", width);
    return tile([byClass(props), confusion(props), worst(props)], { width, height, first: ui.panel, words: props.words });
  },
};

function wanted({ insight, ui }: ViewProps): number[] {
  const words = ui.filter.trim().toLowerCase();
  const labels = insight.votes?.found?.classes ?? [];
  const left = labels.flatMap((name, label) => (name.toLowerCase().includes(words) ? [label] : []));
  return left.length > 0 ? left : labels.map((_, label) => label);
}

/** The range of rows that is visible. */
function visible({ ui }: ViewProps, rows: number, room: number): readonly [number, number] {
  const from = Math.min(ui.scroll, Math.max(0, rows - room));
  return [from, Math.min(rows, from + Math.max(0, room))];
}

function byClass(props: ViewProps): Tile {
  return {
    name: "accuracy per class",
    draw(width, height) {
      const { byClass: reports, classes: labels } = props.insight.votes!.found!;
      const shown = wanted(props);
      const name = Math.min(14, Math.max(...shown.map((label) => (labels[label] ?? "").length)));
      const room = props.words ? 0 : Math.max(4, width - name - 22);
      const rows = shown.map((label): Line => {
        const { right, rows: all, recall } = reports[label]!;
        const [low, high] = wilson(right, all);
        const bar = Math.round((Number.isNaN(recall) ? 0 : recall) * room);
        return line(
          `${shorten(labels[label] ?? String(label), name).padEnd(name)} `,
          span("█".repeat(bar), "series0"),
          dim("░".repeat(room - bar)),
          ` ${percent(recall).padStart(7)}`,
          dim(` ±${(50 * (high - low)).toFixed(0)} of ${all}`),
        );
      });
      const [from, to] = visible(props, rows.length, height - 1);
      const which = to - from < rows.length ? ` ${from + 1}–${to} of ${rows.length}` : " (test)";
      return [line(bold("Vote accuracy per class"), dim(which)), ...rows.slice(from, to)];
    },
  };
}

function confusion(props: ViewProps): Tile {
  return {
    name: "confusion",
    draw(width, height) {
      const { confusion: matrix, classes: labels } = props.insight.votes!.found!;
      const head = line(bold("Label (row) taken for (column), %"));
      const k = labels.length;
      const cell = k * 4 + 9 <= width ? 4 : k * 3 + 9 <= width ? 3 : 1;
      const most = Math.max(1, Math.floor((width - 9) / cell));
      const shown = wanted(props).slice(0, most);
      const top =
        cell > 1
          ? [
              line(
                dim(
                  `${" ".repeat(8)}${shown
                    .map((label) =>
                      Array.from(labels[label] ?? "")
                        .slice(0, cell - 1)
                        .join("")
                        .padStart(cell),
                    )
                    .join("")}`,
                ),
              ),
            ]
          : [];
      const [from, to] = visible(props, shown.length, height - 1 - top.length);
      const rows = shown.slice(from, to).map((label): Line => {
        const own = matrix.slice(label * k, (label + 1) * k);
        const sum = own.reduce((a, b) => a + b, 0);
        const cells = shown.map((to): Span => {
          const share = sum === 0 ? 0 : own[to]! / sum;
          const heat = Math.min(4, Math.ceil(share * 12)) as 0 | 1 | 2 | 3 | 4;
          const text = cell > 1 ? (share === 0 ? "·" : (100 * share).toFixed(0)).padStart(cell) : (" ░▒▓█"[heat] ?? " ");
          return to === label ? span(text, "good", { bold: true }) : span(text, share === 0 ? "dim" : `heat${heat}`);
        });
        return line(shorten(labels[label] ?? String(label), 8).padEnd(8), ...cells);
      });
      return [head, ...top, ...rows].slice(0, height);
    },
  };
}

function worst({ insight, ui }: ViewProps): Tile {
  return {
    name: "confusions",
    draw(width, height) {
      const { confusions, classes: labels, rows: all } = insight.votes!.found!;
      const words = ui.filter.trim().toLowerCase();
      const name = (label: number): string => labels[label] ?? String(label);
      const rows = confusions
        .map((one) => ({ ...one, text: `${name(one.label)} taken for ${name(one.predicted)}` }))
        .filter(({ text }) => text.toLowerCase().includes(words))
        .slice(0, height - 1)
        .map(({ text, rows: wrong }): Line => line(String(wrong).padStart(5), `  ${shorten(text, width - 7)}`));
      return [line(bold("Most frequent confusions"), dim(`  of ${all} test images`)), ...rows];
    },
  };
}
