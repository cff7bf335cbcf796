import type { Profiled } from "@benn/core";
import { bytes, count, milliseconds as time, percent } from "../../run/format.ts";
import { wrap } from "../../run/wrap.ts";
import { bold, dim, line, span } from "../line.ts";
import { plot } from "../plot.ts";
import { shorten } from "../shorten.ts";
import { type Tile, tile } from "../tile.ts";
import type { View } from "../view.ts";

export const system: View = {
  name: "system",
  about: "images/s, cores and memory of this machine over time; the kernels that training spends its time in",
  keys: [
    ["P", "time kernels"],
    ["c", "charts"],
  ],
  draw({ state, ui, system: samples, words, width, height }) {
    const last = samples.at(-1);
    const rate = (value: number): string => `${value >= 100 ? count(value) : value.toFixed(1)}/s`;
    const began = samples[0]?.at ?? 0;
    const x = [0, Math.max(1, (last?.at ?? 0) - began)] as const;
    const over = (of: (sample: (typeof samples)[number]) => number) => samples.map((sample) => ({ x: sample.at - began, y: of(sample) }));
    const gb = (value: number): string => bytes(value);
    const shortGb = (value: number): string => bytes(value).replace(" ", "");
    return tile(
      [
        ...(state.profile ? [kernels(state.profile)] : []),
        {
          name: "speed",
          draw: (w, h) =>
            plot({
              title: "Images a second, in training",
              series: [{ name: "images/s", hue: "series0", points: state.speed }],
              x: [0, Math.max(1, state.seconds)],
              unit: "s of work",
              format: rate,
              label: (value) => (value >= 1e4 ? `${Math.round(value / 1000)}k` : value.toFixed(value >= 100 ? 0 : 1)),
              width: w,
              height: h,
              words,
            }),
        },
        {
          name: "cores",
          draw: (w, h) =>
            plot({
              title: `Busy cores of ${last?.cores ?? "–"}, all processes`,
              series: [{ name: "cores", hue: "series1", points: over(({ busy }) => busy) }],
              x,
              y: [0, last?.cores ?? 1],
              unit: "s",
              format: (value) => value.toFixed(1),
              label: (value) => value.toFixed(1),
              width: w,
              height: h,
              words,
            }),
        },
        {
          name: "memory",
          draw: (w, h) =>
            plot({
              title: `Memory of ${last ? bytes(last.memory) : "–"}`,
              series: [
                { name: "in use", hue: "series4", points: over(({ used }) => used) },
                { name: "this process", hue: "series2", points: over(({ own }) => own) },
              ],
              x,
              y: [0, last?.memory ?? 1],
              unit: "s",
              format: gb,
              label: shortGb,
              width: w,
              height: h,
              words,
            }),
        },
      ],
      { width, height, first: ui.panel, words },
    );
  },
};

/** Kernels of a training step: milliseconds and share of each. */
function kernels({ member, steps, milliseconds, rows, refused }: Profiled): Tile {
  return {
    name: "kernels",
    draw(width, height) {
      const who = member < 0 ? "pretraining" : `member ${member + 1}`;
      if (refused !== undefined) return [line(bold("Kernels")), ...wrap(refused, width).map((text) => line(text))].slice(0, height);
      const head = line(bold(`Kernels of a step, ${who}`), dim(`  ${time(milliseconds)}, mean of ${steps}`));
      const share = (part: number): number => (milliseconds > 0 ? part / milliseconds : 0);
      const calls = width >= 50 ? 7 : 0;
      const name = Math.max(8, Math.min(34, width - calls - 18));
      const bar = Math.max(0, Math.min(30, width - name - calls - 19));
      const columns = line(
        dim(`${"kernel".padEnd(name)}${calls > 0 ? "calls".padStart(calls) : ""}${"ms".padStart(9)}${"share".padStart(8)}`),
      );
      const shown = rows.slice(0, Math.max(0, height - 2));
      return [
        head,
        columns,
        ...shown.map(({ kernel, part, calls: times, milliseconds: own }) =>
          line(
            // If kernel and part do not both fit, the part is shown, which identifies it.
            shorten(part === "" ? kernel : name < 30 ? part : `${kernel} ${part}`, name - 1).padEnd(name),
            `${calls > 0 ? String(Math.round(times)).padStart(calls) : ""}${own.toFixed(2).padStart(9)}${percent(share(own)).padStart(8)}`,
            bar < 4 ? "" : span(`  ${"█".repeat(Math.round(share(own) * (bar - 2)))}`, "series0"),
          ),
        ),
      ].slice(0, height);
    },
  };
}
