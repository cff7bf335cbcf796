import { sparkline } from "../../run/braille.ts";
import { count, percent } from "../../run/format.ts";
import { fitting } from "../fitting.ts";
import { bold, dim, type Line, line, span } from "../line.ts";
import { memberShown, ofMember } from "../member-shown.ts";
import { plot } from "../plot.ts";
import { shorten } from "../shorten.ts";
import type { View } from "../view.ts";

/** Of the columns flipped, saturated and dead. */
const MEANINGS = ["signs that changed", "|x| > 1", "one sign only"];

export const bits: View = {
  name: "bits",
  about: "binary layers: share of signs that flipped in the epoch, saturated activations, dead filters",
  keys: [["↑ ↓", "member"]],
  draw({ state, ui, words, width, height }) {
    const member = memberShown(state, ui);
    const history = member?.bits ?? [];
    const last = history.at(-1);
    if (!member || !last) return [line(dim(`Bits${ofMember(member)}: measured at the end of each epoch.`))];
    const name = Math.min(24, Math.max(5, ...last.layers.map(({ layer }) => layer.length)));
    const room = words ? 0 : Math.max(0, Math.min(30, width - name - 46));
    const cells = (texts: readonly string[]): string => texts.map((text, i) => text.padStart([11, 9, 10, 12][i] ?? 8)).join("");
    const rows = last.layers.map((layer, at): Line => {
      const curve = history.map(({ epoch, layers }) => ({ x: epoch + 1, y: layers[at]?.flipped ?? 0 }));
      const dead = layer.dead ?? 0;
      const isDying = layer.channels !== undefined && dead > layer.channels / 4;
      return line(
        `${shorten(layer.layer, name).padEnd(name)}  `,
        cells([count(layer.weights), percent(layer.flipped), layer.saturated === undefined ? "–" : percent(layer.saturated)]),
        span((layer.channels === undefined ? "–" : `${dead}/${layer.channels}`).padStart(12), isDying ? "warn" : undefined),
        room === 0 ? "" : "  ",
        span(room === 0 ? "" : sparkline(curve, room, member.epochs), "series0"),
      );
    });
    const title = `Bits${ofMember(member)}, epoch ${last.epoch + 1}`;
    const head = line(bold(title), dim(`  ${fitting(MEANINGS, width - title.length - 2, ", ")}`));
    const top = dim(
      `${"layer".padEnd(name)}  ${cells(["weights", "flipped", "saturated", "dead"])}${room === 0 ? "" : `  ${room < 19 ? "over time" : "flipped over epochs"}`}`,
    );
    const table = [head, line(top), ...rows];
    const rest = height - table.length - 1;
    if (rest < 7) return table.slice(0, height);
    const weights = (layers: typeof last.layers): number => layers.reduce((sum, layer) => sum + layer.weights, 0);
    const points = history.map(({ epoch, layers }) => ({
      x: epoch + 1,
      y: layers.reduce((sum, layer) => sum + layer.flipped * layer.weights, 0) / weights(layers),
    }));
    const label = (value: number): string => percent(value);
    const series = [{ name: "flipped", hue: "series0", points } as const];
    const x = [0, member.epochs] as const;
    return [
      ...table,
      [],
      ...plot({
        title: "Signs that flip in an epoch, all layers",
        series,
        x,
        unit: "epoch",
        format: percent,
        label,
        width,
        height: rest,
        words,
      }),
    ];
  },
};
