import { renderToString } from "ink";
import { describe, expect, test } from "vitest";
import { type ExampleRun, exampleRun } from "../run/example-run.ts";
import { initialState, reduce, type RunState } from "../run/run-state.ts";
import { Dashboard } from "./dashboard.tsx";
import { initialUi, type UiState } from "./ui-state.ts";

function stateOf(run: ExampleRun, share: number): RunState {
  const events = exampleRun(run);
  return events.slice(0, Math.floor(events.length * share)).reduce(reduce, initialState);
}

function draw(
  state: RunState,
  columns: number,
  rows: number,
  { note, ...ui }: Partial<UiState> & { note?: string | undefined } = {},
): string {
  return renderToString(<Dashboard {...{ state, columns, rows, note }} ui={{ ...initialUi, ...ui }} since={0} watching={false} />, {
    columns,
  });
}

const six = stateOf({ members: 6, epochs: 6 }, 0.47);
const length = { name: "length", title: "code length", unit: "bits", better: "lower" } as const;
const lengths = stateOf({ members: 6, epochs: 6, more: [length] }, 0.47);
const sizes = [
  [80, 24],
  [160, 50],
  [60, 16],
  [40, 10],
  [30, 5],
  [200, 12],
] as const;

describe.each(sizes)("at %i × %i", (columns, rows) => {
  test.for([
    ["nothing yet", initialState],
    ["a start", stateOf({ members: 6, epochs: 6 }, 0.01)],
    ["the middle", six],
    ["an end", stateOf({ members: 6, epochs: 6 }, 1)],
    ["32 members", stateOf({ members: 32, epochs: 20 }, 0.6)],
    ["a metric of a plugin", lengths],
    ["three nets", stateOf({ members: 6, epochs: 6, architectures: ["nin width=0.25", "allbinnet width=0.25", "resnet20"] }, 0.5)],
  ] as const)("%s fits the screen exactly", ([, state]) => {
    for (const options of [{}, { help: true }, { panel: 1, metric: 2 }]) {
      const lines = draw(state, columns, rows, options).split("\n");
      expect(lines).toHaveLength(rows);
      for (const line of lines) expect(Array.from(line).length, line).toBeLessThanOrEqual(columns);
    }
  });
});

test("the vote is on every screen once there is one, in a line where its panel has no room", () => {
  const end = stateOf({ members: 7, epochs: 4 }, 1);
  for (const columns of [60, 120])
    expect(draw(end, columns, 15)).toMatch(/^soft vote of 7: 57\.3 % · mean single 51\.3 % · best 55\.0 %$/m);
  expect(draw(end, 60, 15)).toMatch(/^\? help .* q save and quit$/m);
  expect(draw(end, 60, 15, { note: "stopping after this epoch" })).toMatch(/^stopping after this epoch {2}\? help .* q save and quit$/m);
  expect(draw(end, 160, 50)).not.toContain("soft vote of");
  expect(draw(stateOf({ members: 7, epochs: 4 }, 0.05), 60, 15)).not.toContain("vote of");
});

test("names that have no room end in a mark, and ε and alpha make room before they are cut", () => {
  const text = draw(
    stateOf({ members: 6, epochs: 6, architectures: ["nin width=0.25 dropout=0", "allbinnet width=0.25", "resnet20"] }, 0.9),
    60,
    20,
  );
  expect(text).toMatch(/✓ {2}4 nin wid… /);
  const head = text.split("\n").find((line) => line.includes("epoch ")) ?? "";
  expect(head.trimEnd()).toMatch(/ train +test( +ε)?$/);
});

test("the ends of an axis never read the same", () => {
  const flat = exampleRun({ members: 1, epochs: 3, steps: 2 }).map((event) =>
    event.type === "step" ? { ...event, loss: 2.3051 + event.step / 1e4 } : event,
  );
  const text = draw(flat.reduce(reduce, initialState), 80, 24);
  const labels = [...text.matchAll(/^ *([\d.]+) │/gm)].map(([, label]) => label);
  expect(labels.length).toBeGreaterThan(1);
  expect(new Set(labels).size).toBe(labels.length);
});

test("80 × 24 shows progress, every lane in full, both charts and the votes", () => {
  const text = draw(six, 80, 24);
  expect(text).toContain("47 %  member 3 of 6 · 0:56 · about 1 min left");
  expect(text).toMatch(/✓ {2}1 +6\/6 +[▁-█]+ +0\.910 {10}59\.0 % {2}53\.0 % {2}0\.410 {3}1\.00$/m);
  expect(text).toMatch(/▶ {2}3 +5\/6 +[▁-█]+ +0\.897 {10}55\.0 %$/m);
  expect(text).toMatch(/· {2}6 +0\/6$/m);
  expect(text).toContain("Loss, member 3");
  expect(text).toContain("Accuracy in training, member 3 55.0 %");
  expect(text).toContain("Votes, test accuracy %");
  expect(text).toMatch(/2 {4}52\.5 {2}52\.8 {2}56\.3 {2}55\.7 {5}56\.1/);
  expect(text).toContain("soft: 3.5 points better than mean");
  expect(text).toContain("? help  p pause  s stop after epoch  ↑ ↓ member  m metric  q save and quit");
  // eslint-disable-next-line no-control-regex
  expect(text).not.toMatch(/\u001B/);
});

test("tab brings the accuracy where not all panels have room; 160 × 50 has all of them", () => {
  const eight = stateOf({ members: 8, epochs: 6 }, 0.4);
  expect(draw(eight, 80, 24, { panel: 0 })).toContain("c charts");
  expect(draw(eight, 80, 24, { panel: 0 })).not.toContain("Accuracy in training");
  expect(draw(eight, 80, 24, { panel: 1 })).toContain("Accuracy in training, member 4");
  const wide = draw(six, 160, 50);
  for (const title of ["Loss, member 3", "Accuracy in training, member 3", "Votes, test accuracy", "nin width=0.25"])
    expect(wide).toContain(title);
  expect(wide).not.toContain("c charts");
});

test("a large terminal shows the vote as a curve and the learning rate too, and its lanes are as wide as it is", () => {
  const large = draw(six, 200, 60);
  for (const title of [
    "Loss, member 3",
    "Accuracy in training, member 3",
    "Vote of n, accuracy",
    "Learning rate, member 3",
    "Votes, test accuracy",
  ])
    expect(large).toContain(title);
  const [first = ""] = /^✓ {2}1 .*$/m.exec(large) ?? [];
  expect(Array.from(first.trimEnd()).length).toBeGreaterThan(180);
  for (const [columns, rows] of [
    [80, 24],
    [100, 30],
  ] as const)
    expect(draw(six, columns, rows)).not.toContain("Learning rate");
});

test("at 60 columns the time left is whole while a member is scored: the bar makes room", () => {
  const scoring = reduce(six, { type: "progress", what: "scoring member 3", done: 30, total: 40, clock: { at: 0 } });
  const status = draw(scoring, 60, 15).split("\n")[2] ?? "";
  expect(status.trimEnd()).toMatch(/^█+░+ 47 % {2}member 3 of 6.* · 0:56 · about 1 min left$/);
  expect(draw(six, 36, 15).split("\n")[2]?.trimEnd()).toMatch(/^47 % {2}member 3 of 6/);
});

test("32 members condense: finished and waiting ones share a line, the running one keeps its own", () => {
  const text = draw(stateOf({ members: 32, epochs: 20 }, 0.6), 80, 24);
  expect(text).toMatch(/✓ {2}1–\d+ finished: test \d+\.\d % to \d+\.\d %, mean \d+\.\d %/);
  expect(text).toMatch(/▶ 20/);
  expect(text).toMatch(/· {2}\d+–32 waiting/);
});

test("a mixed ensemble names its nets at 80 columns too", () => {
  const text = draw(stateOf({ members: 6, epochs: 6, architectures: ["nin width=0.25", "resnet20"] }, 0.5), 80, 24);
  expect(text).toContain("6 × 2 nets");
  expect(text).toContain("resnet20");
});

test("warnings, pauses and what was asked for are shown", () => {
  const clock = { at: 0 };
  const warned = reduce(reduce(six, { type: "warning", message: "member 2 is weak", clock }), { type: "control", state: "paused", clock });
  const text = draw(warned, 80, 24, { note: "stopping after this epoch" });
  expect(text).toContain("! member 2 is weak");
  expect(text).toContain("paused · ");
  expect(text).toContain("p resume");
  expect(text).toContain("stopping after this epoch");
});

test("a metric of a plugin has a panel, and m shows it in the lanes and the votes", () => {
  const wide = draw(lengths, 160, 50);
  expect(wide).toMatch(/Code length in training, member 3 0\.450 bits/);
  expect(wide).toMatch(/loss +train accuracy +test/);
  const chosen = draw(lengths, 160, 50, { metric: 2 });
  expect(chosen).toContain("Votes, test code length bits");
  expect(chosen).toMatch(/loss +train code length bits +test/);
  expect(chosen).toMatch(/✓ {2}1 .* 0\.590 +0\.470 +0\.410 +1\.00$/m);
  expect(chosen).toMatch(/soft: 0\.035\d* bits better than mean/);
});

test("a metric that votes are not measured by leaves the first one in the votes", () => {
  const text = draw(six, 160, 50, { metric: 1 });
  expect(text).toMatch(/loss +train cross-entropy +test/);
  expect(text).toContain("Votes, test accuracy %");
});

test("a member without a vote says so, and why", () => {
  const [start] = exampleRun({ members: 2, epochs: 1 });
  if (!start) throw new Error("no start");
  const metrics = { accuracy: { train: 0.1, test: 0.1 } };
  const end = { type: "member-end", member: 0, bestEpoch: 0, error: 0.95, metrics, reject: "member 1 is no better than chance" } as const;
  const text = draw([start, { ...end, clock: { at: 0 } }].reduce(reduce, initialState), 80, 24);
  expect(text).toMatch(/^✗ {2}1 .* 10\.0 % +10\.0 % +0\.950 +none$/m);
  expect(text).toContain("! member 1 is no better than chance");
});

test("a run of several binarizers names them in its lanes", () => {
  const [start] = exampleRun({ members: 2, epochs: 1 });
  if (start?.type !== "run-start") throw new Error("no start");
  const [first, second] = start.members;
  if (!first || !second) throw new Error("no members");
  const text = draw(reduce(initialState, { ...start, members: [first, { ...second, binarizer: "stochastic" }] }), 120, 24);
  expect(text).toContain("nin width=0.25 deterministic");
  expect(text).toContain("nin width=0.25 stochastic");
});

test("60 × 15 has room for a panel below three members", () => {
  const text = draw(stateOf({ members: 3, epochs: 6 }, 0.5), 60, 15);
  expect(text).toContain("Loss, member 2");
  expect(draw(stateOf({ members: 3, epochs: 6 }, 0.5), 60, 15, { panel: 1 })).toContain("Votes, test accuracy %");
  expect(text.match(/^[✓▶·] /gm)).toHaveLength(3);
});

test("help explains keys and words, and scrolls to its end", () => {
  const top = draw(six, 80, 24, { help: true });
  const text = `${top}${draw(six, 80, 24, { help: true, scroll: 1e6 })}`;
  for (const word of ["pause", "save", "ctrl-C again", "alpha", "soft, hard, softmax"]) expect(text).toContain(word);
  expect(top).toMatch(/↓ \d+ more lines/);
  expect(text).not.toContain("…\n");
});

test("a download shows how far it is", () => {
  const clock = { at: 0 };
  const text = draw(reduce(initialState, { type: "progress", what: "downloading CIFAR-10", done: 1, total: 4, clock }), 80, 24);
  expect(text).toContain("downloading CIFAR-10: 25.0 %");
});

test("what a running member waits for is shown with how far it is, until it is over or the run ends", () => {
  const clock = { at: 0 };
  const scoring = reduce(six, { type: "progress", what: "scoring member 3", done: 30, total: 40, clock });
  for (const [columns, rows] of sizes)
    expect(draw(scoring, columns, rows).slice(0, 3 * columns)).toContain(columns < 40 ? "scoring" : "scoring member 3: 75.0 %");
  expect(draw(scoring, 160, 24)).toMatch(/scoring member 3: 75.0 % · cifar10.* images\/s/);
  for (const over of [
    reduce(scoring, { type: "progress", what: "scoring member 3", done: 40, total: 40, clock }),
    reduce(scoring, { type: "run-end", reason: "interrupted", members: 2, clock }),
  ])
    expect(draw(over, 80, 24)).not.toContain("scoring");
});

test("members in training side by side are named in the header, with their speed together", () => {
  const [start] = exampleRun({ members: 6, epochs: 6 });
  if (!start) throw new Error("no start");
  const { at } = start.clock;
  const state = [0, 1].reduce(
    (before, member) =>
      reduce(reduce(before, { type: "member-start", member, epochs: 6, steps: 63, clock: { at } }), {
        type: "step",
        member,
        epoch: 0,
        step: 9,
        steps: 63,
        loss: 2,
        metrics: {},
        clock: { at: at + 1000, imagesPerSecond: 600 },
      }),
    reduce(initialState, start),
  );
  const text = draw(state, 80, 24);
  expect(text).toContain("members 1, 2 of 6");
  expect(text).toContain("1,200 images/s");
  expect(text.match(/▶/g)).toHaveLength(2);
});
