import { axisX, axisY, dot, line, plot, ruleY, text } from "@observablehq/plot";
import type { TrainingState } from "./training-state.ts";

/** Accuracy of guessing, in %. */
const CHANCE = 10;

const FRAME = {
  width: 440,
  height: 240,
  marginLeft: 44,
  marginBottom: 40,
  marginTop: 28,
  style: { background: "none", fontSize: "13px" },
} as const;

const inPercent =
  <K extends string>(key: K) =>
  (row: Readonly<Record<K, number>>): number =>
    100 * row[key];

/** 1, 2, … or every other one, at most ten. */
function wholes(most: number): number[] {
  const step = Math.ceil(most / 10);
  return Array.from({ length: Math.floor((Math.max(2, most) - 1) / step) + 1 }, (_, i) => 1 + i * step);
}

/** One image with one name: the library names marks after its functions. */
function asImage(chart: Element): Element {
  chart.setAttribute("role", "img");
  for (const mark of chart.querySelectorAll("g[aria-label]")) mark.removeAttribute("aria-label");
  return chart;
}

/** Accuracy during training, one line per network. */
export function learningChart({ epochs }: TrainingState, planned: { readonly epochs: number }): Element {
  return asImage(
    plot({
      ...FRAME,
      ariaLabel: "Accuracy while training, by epoch, a line for each network",
      x: { domain: [1, Math.max(2, planned.epochs)] },
      y: { domain: [0, Math.max(50, ...epochs.map(({ accuracy }) => 100 * accuracy))] },
      marks: [
        axisX({ label: "epoch", ticks: wholes(planned.epochs), tickFormat: "d" }),
        axisY({ label: "right while training, %" }),
        ruleY([CHANCE], { strokeDasharray: "2 4" }),
        line(epochs, { x: "epoch", y: inPercent("accuracy"), z: "member", stroke: "currentColor", strokeOpacity: 0.45 }),
        line(newestOf(epochs), { x: "epoch", y: inPercent("accuracy"), stroke: "var(--accent)", strokeWidth: 2.5 }),
        dot(newestOf(epochs), { x: "epoch", y: inPercent("accuracy"), fill: "var(--accent)", r: 3 }),
      ],
    }),
  );
}

/** Of the network that is training now. */
function newestOf(epochs: TrainingState["epochs"]): TrainingState["epochs"] {
  const newest = epochs.at(-1)?.member;
  return epochs.filter(({ member }) => member === newest);
}

/** The vote of the first networks, and each alone. */
export function voteChart({ stages }: TrainingState, planned: { readonly members: number }): Element {
  const last = stages.slice(-1);
  return asImage(
    plot({
      ...FRAME,
      ariaLabel:
        "Accuracy on photographs that were not trained on: of the vote of the first networks as a line, of each network alone as dots",
      x: { domain: [1, Math.max(2, planned.members)] },
      y: { domain: [0, Math.max(50, ...stages.map(({ vote, single }) => 100 * Math.max(vote, single)))] },
      marks: [
        axisX({ label: "networks", ticks: wholes(planned.members), tickFormat: "d" }),
        axisY({ label: "right, %" }),
        ruleY([CHANCE], { strokeDasharray: "2 4" }),
        dot(stages, { x: "members", y: inPercent("single"), stroke: "currentColor", r: 4 }),
        line(stages, { x: "members", y: inPercent("vote"), stroke: "var(--accent)", strokeWidth: 2.5 }),
        dot(stages, { x: "members", y: inPercent("vote"), fill: "var(--accent)", r: 4 }),
        text(last, { x: "members", y: inPercent("vote"), text: () => "vote", dy: -14, fill: "var(--accent)" }),
      ],
    }),
  );
}
