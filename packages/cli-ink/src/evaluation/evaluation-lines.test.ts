import { type EnsembleEvaluation, evaluateEnsemble } from "@benn/analysis";
import type { Metric } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import type { Ensemble } from "@benn/core/node";
import { hardVote, softmaxVote, softVote } from "@benn/vote";
import { expect, test } from "vitest";
import { evaluationLines } from "./evaluation-lines.ts";
import { evaluationSchema } from "./evaluation-schema.ts";

const spread: Metric = { title: "spread", unit: "s", better: "lower", of: (scores) => Math.max(...scores.subarray(0, 100)) };
const loss: Metric = { title: "cross-entropy", unit: "", better: "lower", membersOnly: true, of: () => 1.5 };

interface Shape {
  readonly members: number;
  readonly classes: number;
  readonly rows: number;
  readonly validation?: boolean;
  readonly changes?: Partial<Ensemble>;
}

/** Members that classify some rows correctly, each member others. */
function evaluate({ members, classes, rows, validation = true, changes = {} }: Shape): EnsembleEvaluation {
  const split = (seed: number): NonNullable<Ensemble["splits"]["test"]> => {
    const random = createRandom(seed, "rows");
    const labels = Int32Array.from({ length: rows }, () => random.integer(classes));
    const logits = Array.from({ length: members }, () =>
      Float32Array.from(
        { length: rows * classes },
        (_, i) => random.normal() + (labels[Math.floor(i / classes)] === i % classes ? 0.3 : 0),
      ),
    );
    return { labels, logits: (from, to) => logits.map((own) => own.subarray(from * classes, to * classes)) };
  };
  const ensemble: Ensemble = {
    folder: "runs/a",
    classes: Array.from({ length: classes }, (_, k) => `class number ${k}`),
    members: Array.from({ length: members }, (_, member) => ({
      member,
      architecture: "nin width=0.5",
      binarizer: "deterministic",
      alpha: 1 + member / 100,
      computed: [],
      agreement: {},
    })),
    planned: members,
    ended: true,
    mirror: false,
    voter: "soft",
    metrics: { spread, loss },
    splits: { train: split(1), ...(validation ? { validation: split(2) } : {}), test: split(3) },
    notes: [],
    createVoters: () =>
      new Map([
        ["hard", hardVote],
        ["soft", softVote],
        ["softmax", softmaxVote],
      ]),
    ...changes,
  };
  return evaluateEnsemble(ensemble, { random: createRandom(0, "eval") });
}

const linesOf = (evaluation: EnsembleEvaluation, all = false) => evaluationLines(evaluation, { all, width: 80 });

test.for<Shape>([
  { members: 1, classes: 2, rows: 60 },
  { members: 4, classes: 10, rows: 10_000 },
  { members: 32, classes: 12, rows: 500, validation: false },
  { members: 3, classes: 1000, rows: 400 },
])("a report of $members members on $classes classes fits a terminal of 80 columns, cut short or not", (shape) => {
  const evaluation = evaluate(shape);
  for (const all of [false, true]) {
    const lines = linesOf(evaluation, all);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    const text = lines.join("\n");
    for (const word of ["Accuracy %", "Metrics", "Classes", "Calibration", "Risk"]) expect(text).toContain(word);
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
    if (!all) expect(lines.length).toBeLessThan(125);
  }
});

test.for<Shape>([
  { members: 1, classes: 2, rows: 5 },
  { members: 3, classes: 40, rows: 60, validation: false },
])("as JSON an evaluation of $members members has the schema that is printed", (shape) => {
  const json: unknown = JSON.parse(JSON.stringify(evaluate(shape)));
  expect(evaluationSchema.parse(json)).toEqual(json);
});

test("the answer comes first: accuracy with its interval, and the best member by test and by validation images, each named as such", () => {
  const evaluation = evaluate({ members: 4, classes: 3, rows: 300 });
  const [ofTest, ofValidation] = evaluation.vote.against;
  const text = linesOf(evaluation).slice(0, 10).join(" ");
  const final = evaluation.splits.test!.staged.at(-1)!["soft"]!;
  expect(text).toContain(
    `runs/a: the soft vote of 4 members has ${final.right} of 300 test images right: ${(100 * final.accuracy).toFixed(1)} % [`,
  );
  expect(text).toContain(`The best on test images, member ${ofTest!.member + 1}, has ${(100 * ofTest!.accuracy).toFixed(1)} %`);
  expect(text).toContain(`The best on validation images, member ${ofValidation!.member + 1}, has`);
  expect(text).toContain("by McNemar's test");
});

test("metrics of any name and unit have a row, those of logits alone for single members", () => {
  const lines = linesOf(evaluate({ members: 2, classes: 3, rows: 100 }));
  expect(lines.find((line) => line.startsWith("  spread s"))).toMatch(/^ {2}spread s( +\d+\.\d+){4}$/);
  expect(lines.find((line) => line.startsWith("  cross-entropy"))).toMatch(/^ {2}cross-entropy( +–){3} +1\.50$/);
});

test("many stages are thinned to the first, fewer and fewer, and the last; a thousand classes to the worst", () => {
  const evaluation = evaluate({ members: 32, classes: 1000, rows: 200, validation: false });
  const stages = (all: boolean) => {
    const lines = linesOf(evaluation, all);
    const from = lines.findIndex((line) => line.startsWith("  members"));
    return lines.slice(from + 1, lines.indexOf("", from)).map((line) => Number(line.trim().split(" ")[0]));
  };
  expect(stages(false)).toEqual([1, 2, 3, 4, 5, 6, 7, 9, 12, 17, 23, 32]);
  expect(stages(true)).toEqual(Array.from({ length: 32 }, (_, k) => k + 1));
  const text = linesOf(evaluation).join("\n");
  expect(text).toContain("Classes, the 12 of 1,000 with the least recall");
  expect(text).toContain("Confusions: the 12 most frequent of");
  expect(text).toContain("16 more members: --all shows them.");
});

test("without held-out images it says why no temperature is fitted", () => {
  const text = (validation: boolean) => linesOf(evaluate({ members: 2, classes: 3, rows: 100, validation })).join(" ");
  expect(text(false)).toContain("a temperature fitted on test images would be judged by what it was made from: none is fitted");
  expect(text(true)).not.toContain("none is fitted");
});

test("members that are missing, votes that do not fit and notes are told", () => {
  const evaluation = evaluate({
    members: 2,
    classes: 3,
    rows: 100,
    changes: {
      planned: 8,
      ended: false,
      notes: ["members/000/logits.train.f32: is gone; computed from the weights."],
      createVoters: () =>
        new Map(["soft", "a", "b", "c", "d", "e"].map((name) => [`${name === "soft" ? "" : "my-very-long-"}${name}`, softVote])),
    },
  });
  const text = linesOf(evaluation).join(" ");
  expect(text).toContain('2 members of 8 are trained so far; resume with "benn train --resume runs/a".');
  expect(text).toContain("Other votes, in --json: my-very-long-");
  expect(text).toContain("Note: members/000/logits.train.f32: is gone; computed from the weights.");
});

test("whether members give what was stored is told where they were run again", () => {
  const again = (share: number) => {
    const { members } = evaluate({ members: 2, classes: 3, rows: 100 });
    const changes = { members: members.map((member, m) => ({ ...member, agreement: { test: m === 0 ? share : 1 } })) };
    return linesOf(evaluate({ members: 2, classes: 3, rows: 100, changes }))
      .slice(-2)
      .join(" ");
  };
  expect(again(1)).toContain("Every member gives every image the class that was stored when it was trained.");
  expect(again(0.998)).toBe("Member 1 gives 99.8 % of test images the class that was stored when it was trained.");
});
