import { describe, expect, test } from "vitest";
import type { InsightState, VoteInsight, WeightInsight } from "../insight/insight.ts";
import { addToLog, type LogEntry } from "../run/event-log.ts";
import { type ExampleRun, exampleRun } from "../run/example-run.ts";
import { initialState, reduce, type RunState } from "../run/run-state.ts";
import { compareFrame } from "./compare-frame.ts";
import { frame, type FrameProps } from "./frame.ts";
import { lineWidth, textOf } from "./line.ts";
import type { SystemSample } from "./system-samples.ts";
import { initialUi, type UiState } from "./ui-state.ts";
import { VIEWS } from "./views.ts";

function play(run: ExampleRun, share = 1): { state: RunState; log: readonly LogEntry[] } {
  const events = exampleRun(run);
  let state = initialState;
  let log: readonly LogEntry[] = [];
  for (const event of events.slice(0, Math.floor(events.length * share))) {
    state = reduce(state, event);
    log = addToLog(log, event, state);
  }
  return { state, log };
}

const votes: VoteInsight = {
  classes: ["cat", "dog"],
  rows: 1000,
  members: [0, 1, 2].map((member) => ({
    member,
    accuracy: 0.5,
    interval: [0.45, 0.55],
    counts: member === 1 ? [1000, 0] : [600, 400],
    votes: true,
  })),
  stages: [0.5, 0.52, 0.55].map((accuracy) => ({ accuracy, interval: [accuracy - 0.03, accuracy + 0.03] })),
  disagreement: [
    [0, 0.31, 0.42],
    [0.31, 0, 0.53],
    [0.42, 0.53, 0],
  ],
  fixedAndBroke: [
    { fixed: 70, broke: 50 },
    { fixed: 40, broke: 45 },
  ],
  byClass: [
    { rows: 500, predicted: 620, right: 400, accuracy: 0.68, precision: 0.645, recall: 0.8 },
    { rows: 500, predicted: 380, right: 280, accuracy: 0.68, precision: 0.737, recall: 0.56 },
  ],
  confusion: [400, 100, 220, 280],
  confusions: [
    { label: 1, predicted: 0, rows: 220 },
    { label: 0, predicted: 1, rows: 100 },
  ],
};
const weights: WeightInsight = {
  classes: ["cat", "dog"],
  rounds: [
    { member: 0, rows: 4000, effective: 4000, bins: [{ low: 0, rows: 4000 }] },
    {
      member: 1,
      rows: 4000,
      effective: 3100,
      bins: [
        { low: -1, rows: 2600 },
        { low: 1, rows: 1400 },
      ],
    },
  ],
  heaviest: [
    {
      row: 7,
      times: 3.2,
      label: 1,
      votes: [0, 0, 1],
      picture: { width: 2, height: 2, rgb: Uint8Array.from({ length: 12 }, (_, i) => 20 * i) },
    },
  ],
};
const insight: InsightState = { votes: { found: votes }, weights: { found: weights } };
const system: SystemSample[] = [1, 2, 3].map((at) => ({ at, busy: at, cores: 4, used: 2e9, memory: 8e9, own: 3e8 }));
const three = play({ members: 3, epochs: 6 });

function draw(ui: Partial<UiState>, columns: number, rows: number, more: Partial<FrameProps> = {}): string {
  const lines = frame({ ...three, insight, system, columns, rows, since: 0, watching: false, ui: { ...initialUi, ...ui }, ...more });
  expect(lines).toHaveLength(rows);
  for (const own of lines) expect(lineWidth(own), textOf(own)).toBeLessThanOrEqual(columns);
  return lines.map((own) => textOf(own).trimEnd()).join("\n");
}

const SIZES = [
  [60, 15],
  [80, 24],
  [120, 40],
  [200, 60],
  [30, 5],
] as const;

describe.each(SIZES)("at %i × %i", (columns, rows) => {
  test.each(VIEWS.map(({ name }) => name))("%s fits, with everything, with nothing, with 32 members, in words", (view) => {
    for (const words of [false, true]) {
      draw({ view }, columns, rows, { words });
      draw({ view, overlay: true, log: true, zoom: 4, cursor: 0.5, filter: "2", panel: 2 }, columns, rows, { words });
      draw({ view, help: true }, columns, rows, { words });
      draw({ view }, columns, rows, { state: initialState, log: [], insight: {}, system: [], words });
      draw({ view, member: 20 }, columns, rows, { ...play({ members: 32, epochs: 20 }, 0.7), words });
    }
  });
});

test("curves show training and scored values, the best epoch, the learning rate, and what the cursor is at", () => {
  const text = draw({ view: "curves", cursor: 0.5 }, 120, 40);
  for (const word of ["Loss, member 3", "Accuracy, member 3", "Learning rate, member 3", "in training", "scored", "▲"])
    expect(text).toContain(word);
  expect(text).toContain("epoch 3 ");
  const read = /■ in training ([\d.]+) %/.exec(text)?.[1];
  expect(read).toBe((100 * (three.state.members[2]?.curves["accuracy"]?.[2]?.y ?? 0)).toFixed(1));
  expect(draw({ view: "curves", overlay: true }, 120, 40)).toContain("Loss, 3 members");
  expect(draw({ view: "curves", log: true }, 120, 40)).toContain("(log)");
});

test("one scale for all members, or each member's own", () => {
  const top = (oneScale: boolean, member: number): string | undefined =>
    /^ *([\d.]+) │/m.exec(draw({ view: "curves", oneScale, member, smoothing: 1 }, 60, 20))?.[1];
  expect(top(true, 0)).toBe(top(true, 2));
  expect(top(false, 0)).not.toBe(top(false, 2));
});

test("zoom shows a part of the epochs around the cursor", () => {
  expect(draw({ view: "curves", zoom: 2, cursor: 1 }, 60, 20)).toMatch(/3└─+▲ epoch 6/);
});

test("the ensemble: interval, errors against guessing, pairs, what members fixed and broke, classes that a member never answers", () => {
  const text = draw({ view: "ensemble" }, 200, 60);
  expect(text).toMatch(/Vote of n, accuracy: [\d.]+ ± 3\.1 %/);
  expect(text).toContain("guessing: 0.500");
  expect(text).toMatch(/2 +31 +· +53/);
  expect(text).toMatch(/3 fixed +40 .* broke +45 .* −5/);
  expect(text).toContain("never dog");
});

test("classes: accuracy of each, and what is taken for what", () => {
  const text = draw({ view: "classes" }, 120, 40);
  expect(text).toMatch(/dog .* 56\.0 % ±4 of 500/);
  expect(text).toMatch(/220 {2}dog taken for cat/);
  expect(draw({ view: "classes", filter: "cat" }, 120, 40)).not.toMatch(/^dog /m);
});

test("weights: rounds, effective sample size, hardest images with label and votes in half blocks", () => {
  const text = draw({ view: "weights" }, 120, 40);
  expect(text).toContain("Effective sample size of 4,000: 3,100");
  expect(text).toContain("▀▀▀▀");
  expect(text).toContain("dog ×3.2");
  expect(text).toContain("1/3 right");
  const [first] = frame({ ...three, insight, columns: 120, rows: 40, since: 0, watching: false, ui: { ...initialUi, view: "weights" } })
    .flat()
    .flatMap(({ pixel }) => pixel ?? []);
  expect(first).toBe("#001428");
});

test("bits: a row a layer", () => {
  const layers = [{ layer: "conv2", weights: 7200, flipped: 0.081, saturated: 0.4, channels: 24, dead: 9 }];
  const state = reduce(three.state, { type: "bits", member: 2, epoch: 5, layers, clock: { at: 0 } });
  expect(draw({ view: "bits" }, 80, 24, { state })).toMatch(/^Bits, member 3, epoch 6 {2}signs that changed, \|x\| > 1, one sign only$/m);
  expect(draw({ view: "bits" }, 60, 15, { state })).toMatch(/^Bits, member 3, epoch 6 {2}signs that changed, \|x\| > 1$/m);
  const text = draw({ view: "bits" }, 120, 40, { state });
  expect(text).toMatch(/conv2 +7,200 +8\.1 % +40\.0 % +9\/24/);
  expect(text).toContain("Signs that flip in an epoch, all layers 8.1 %");
});

test("the log has warnings in full, scrolls back and is filtered", () => {
  const message = `a warning ${"that is long ".repeat(30)}to its end`;
  const log = addToLog(three.log, { type: "warning", message, clock: { at: 0 } }, three.state);
  const text = draw({ view: "log" }, 80, 24, { log });
  expect(text.replaceAll(/\s+/g, " ")).toContain(message.replaceAll(/\s+/g, " "));
  expect(draw({ view: "log", scroll: 1e6 }, 80, 24, { log })).toContain("3 × nin width=0.25");
  expect(draw({ view: "log", filter: "vote of 2" }, 80, 24, { log })).not.toContain("epoch 1/6");
});

test("words have no signs and no pictures", () => {
  for (const { name } of VIEWS) {
    const text = draw({ view: name }, 120, 40, { words: true });
    expect(text, name).not.toMatch(/[⠁-⣿▁-█▀░✓▶✗]/);
    const replay = { share: 0.25, speed: 20, isPlaying: false };
    expect(draw({ view: name }, 80, 24, { words: true, replay })).toMatch(/replay at 25 %, \d:\d\d {2}×20 paused/);
  }
  expect(draw({ view: "curves" }, 120, 40, { words: true })).toMatch(/batches: from [\d.]+ to [\d.]+ at epoch 6, lowest/);
  const { state, log } = play({ members: 32, epochs: 20 }, 1);
  const many = draw({ view: "overview" }, 80, 24, { state, log, words: true });
  expect(many).toMatch(/^ +1–\d+ finished: test/m);
  expect(many).not.toMatch(/[✓▶✗▸]/);
});

test("a replay has its scrubber, and no time left", () => {
  const text = draw({}, 80, 24, {
    ...play({ members: 3, epochs: 6 }, 0.5),
    live: false,
    replay: { share: 0.5, speed: 20, isPlaying: true },
  });
  expect(text).toMatch(/▶ ━+─+ 0:\d\d {2}×20 playing/);
  expect(text).toContain("space pause");
  expect(text).not.toContain("left\n");
});

test("scoring is named, an interrupted run says how it goes on, and a filter stands above the keys", () => {
  const scoring = exampleRun({ members: 2, epochs: 5 });
  const at = scoring.findIndex(({ type }) => type === "epoch");
  expect(draw({}, 80, 24, { state: scoring.slice(0, at + 1).reduce(reduce, initialState) })).toContain("member 1 of 2, scoring");
  const note = "interrupted: benn train --resume runs/2026-11-24-nin-bagging";
  expect(draw({}, 60, 20, { note }).replaceAll("\n", " ")).toContain(note);
  expect(draw({ filter: "2", typing: true }, 80, 24)).toMatch(/^\/2▏$/m);
});

test("in words panels stand one after the other, and neither signs nor two meanings of a word are left", () => {
  const overview = draw({ view: "overview" }, 80, 40, { words: true });
  expect(overview).toMatch(/^Loss, member 3\nfrom [\d.]+ to [\d.]+ at epoch 6, lowest [\d.]+, highest [\d.]+$/m);
  expect(overview).toMatch(/^Votes, test accuracy %$/m);
  const text = draw({ view: "ensemble" }, 80, 40, { words: true });
  expect(text).toMatch(/^lower end of the 95 % interval: from [\d.]+ % to [\d.]+ %/m);
  expect(text).toMatch(/^Error ε, weight α {2}guessing: /m);
  expect(text).not.toMatch(/from: from|· never|│/);
});

test("the names of a chart's curves are all there at 80 × 24", () => {
  const text = draw({ view: "ensemble" }, 80, 24);
  for (const name of ["■ soft vote", "■ best", "■ mean"]) expect(text).toContain(name);
  expect(draw({ view: "curves" }, 80, 24)).toMatch(/■ in training [\d.]+ %.*■ scored [\d.]+ %/);
});

test("several runs: votes and curves over one another, and the settings that differ", () => {
  const runs = [
    { name: "one", state: three.state },
    { name: "other", state: play({ members: 2, epochs: 3 }).state },
  ];
  const settings = [{ key: "epochs", values: ["6", "3"] }];
  for (const [columns, rows] of SIZES) {
    const lines = compareFrame({ runs, settings, ui: initialUi, columns, rows });
    expect(lines).toHaveLength(rows);
    for (const own of lines) expect(lineWidth(own)).toBeLessThanOrEqual(columns);
  }
  const text = compareFrame({ runs, settings, ui: initialUi, columns: 120, rows: 40 }).map(textOf).join("\n");
  for (const word of ["benn 2 runs", "soft vote of 3", "soft vote of 2", "Vote of the first n", "Loss, member 1"])
    expect(text).toContain(word);
  expect(text).toMatch(/^epochs +6 +3/m);
  const help = compareFrame({ runs, settings, ui: { ...initialUi, help: true }, columns: 120, rows: 40 });
  expect(help.map(textOf).join("\n")).toContain("the member whose curves are compared");
});
