import { count } from "../../run/format.ts";
import { bold, dim, type Line, line, type PlacedPicture, type Span, span } from "../line.ts";
import { plot } from "../plot.ts";
import { shorten } from "../shorten.ts";
import { type Tile, tile } from "../tile.ts";
import type { View, ViewProps } from "../view.ts";
import { waitingFor } from "./waiting-for.ts";

export const weights: View = {
  name: "weights",
  about: "sample weights of boosting, round by round, and the images that weigh most",
  keys: [
    ["c", "panels"],
    ["← →", "images"],
  ],
  scrolls: "images",
  most: ({ insight }) => (insight.weights?.found?.heaviest.filter(({ picture }) => picture !== undefined).length ?? 1) - 1,
  needs: "weights",
  draw(props) {
    const { insight, width, height, ui } = props;
    const { found } = insight.weights ?? {};
    if (!found) return waitingFor(insight, "weights", width);
    if (found.rounds.length === 0) return [line(dim("All samples weigh the same in this run."))];
    return tile([histogram(props), effective(props), hardest(props)], { width, height, first: ui.panel, words: props.words });
  },
};

const SHADES = " ▁▂▃▄▅▆▇█";

function histogram({ insight, words }: ViewProps): Tile {
  return {
    name: "histogram",
    draw(width, height) {
      const { rounds } = insight.weights!.found!;
      const lows = rounds.flatMap(({ bins }) => bins.map(({ low }) => low));
      const [from, to] = [Math.min(...lows), Math.max(...lows)];
      const cell = Math.max(1, Math.min(4, Math.floor((width - 8) / (to - from + 1))));
      const rows = rounds.map(({ member, bins, rows: all }): Line => {
        const most = Math.max(...bins.map((bin) => bin.rows));
        if (words)
          return line(
            `round ${member + 1}: ${bins.map(({ low, rows }) => `${((100 * rows) / all).toFixed(0)} % from ${factor(low)}`).join(", ")}`,
          );
        const cells = Array.from({ length: to - from + 1 }, (_, i): Span => {
          const own = bins.find(({ low }) => low === from + i)?.rows ?? 0;
          const shade = own === 0 ? 0 : Math.max(1, Math.round((own / most) * 8));
          return span((SHADES[shade] ?? " ").repeat(cell), `heat${Math.min(4, Math.floor(shade / 2)) as 0 | 1 | 2 | 3 | 4}`);
        });
        return line(dim(String(member + 1).padStart(5)), " ", ...cells);
      });
      const axis = dim(`      ${factor(from)}${factor(to + 1).padStart(Math.max(1, (to - from + 1) * cell - factor(from).length))}`);
      const shown = rows.slice(-Math.max(1, height - 2));
      return [line(bold("Samples by weight, per round"), dim("  1 = mean")), ...shown, ...(words ? [] : [line(axis)])];
    },
  };
}

function factor(low: number): string {
  return low >= 0 ? `${2 ** low}×` : `1/${2 ** -low}×`;
}

function effective({ insight, words }: ViewProps): Tile {
  return {
    name: "effective sample size",
    draw(width, height) {
      const { rounds } = insight.weights!.found!;
      const [first] = rounds;
      const points = rounds.map(({ member, effective: size }) => ({ x: member + 1, y: size }));
      const title = `Effective sample size of ${count(first?.rows ?? 0)}:`;
      const x = [1, Math.max(2, points.at(-1)?.x ?? 2)] as const;
      const [format, label] = [
        count,
        (value: number): string => (value >= 1e5 ? `${Math.round(value / 1000)}k` : String(Math.round(value))),
      ];
      return plot({ title, series: [{ name: "samples", hue: "series0", points }], x, unit: "round", format, label, width, height, words });
    },
  };
}

/** The hardest images in half blocks: two pixels per cell. */
function hardest({ insight, ui, words, pictures: areSent }: ViewProps): Tile {
  return {
    name: "hardest images",
    draw(width, height) {
      const { heaviest, classes } = insight.weights!.found!;
      const head = line(bold("Hardest images"), dim("  label, weight, votes"));
      const name = (label: number): string => classes[label] ?? String(label);
      const pictures = heaviest.filter(({ picture }) => picture !== undefined);
      const size = Math.min(16, 2 * Math.max(0, height - 4), Math.floor(width / 2) * 2);
      const across = Math.max(1, Math.floor((width + 2) / (Math.max(size, 14) + 2)));
      const first = Math.min(ui.scroll, Math.max(0, pictures.length - across));
      const said = ({ label, times, votes }: (typeof heaviest)[number]): string[] => {
        const right = votes.filter((vote) => vote === label).length;
        const wrong = Object.entries(Object.groupBy(votes, String)).toSorted(([, a = []], [, b = []]) => b.length - a.length);
        const top = wrong.map(([vote, own = []]) => `${name(Number(vote))} ${own.length}`).join(" ");
        return [`${name(label)} ×${times.toFixed(1)}`, votes.length === 0 ? "" : `${right}/${votes.length} right`, top];
      };
      if (words || size < 8 || pictures.length === 0)
        return [
          head,
          ...heaviest
            .map((own) =>
              line(
                said(own)
                  .filter((part) => part !== "")
                  .join(", "),
              ),
            )
            .slice(0, height - 1),
        ];
      const shown = pictures.slice(first, first + across);
      const cell = Math.max(size, 14);
      const rows = Array.from({ length: size / 2 }, (_, row): Line =>
        shown.flatMap(({ row: sample, picture }) => [
          ...(areSent ? [placed(`${sample}`, picture!, size, row)] : pixels(picture!, size, row)),
          { text: " ".repeat(cell - size + 2) },
        ]),
      );
      const captions = [0, 1, 2].map((at): Line => line(shown.map((own) => shorten(said(own)[at] ?? "", cell).padEnd(cell + 2)).join("")));
      return [head, ...rows, ...captions].slice(0, height);
    },
  };
}

/** A row of the cells over which the terminal draws a picture; the first row carries it. */
function placed(name: string, picture: Pick<PlacedPicture, "width" | "height" | "rgb">, size: number, row: number): Span {
  const blank = { text: " ".repeat(size) };
  return row === 0 ? { ...blank, picture: { ...picture, name: `image ${name}`, columns: size, rows: size / 2 } } : blank;
}

/** A row of cells: the pixels of two rows. */
function pixels(
  { width, height, rgb }: { readonly width: number; readonly height: number; readonly rgb: Uint8Array },
  size: number,
  row: number,
): Span[] {
  const color = (x: number, y: number): string => {
    const at =
      3 *
      (Math.min(height - 1, Math.floor(((y + 0.5) * height) / size)) * width + Math.min(width - 1, Math.floor(((x + 0.5) * width) / size)));
    return `#${[0, 1, 2].map((channel) => (rgb[at + channel] ?? 0).toString(16).padStart(2, "0")).join("")}`;
  };
  return Array.from({ length: size }, (_, x) => ({ text: "▀", pixel: [color(x, 2 * row), color(x, 2 * row + 1)] as const }));
}
