import { bytes, count } from "../../run/format.ts";
import { plot } from "../plot.ts";
import { tile } from "../tile.ts";
import type { View } from "../view.ts";

export const system: View = {
  name: "system",
  about: "images/s, cores and memory of this machine over time",
  keys: [["c", "charts"]],
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
