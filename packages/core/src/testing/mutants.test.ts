// The exams sat by broken things: each rule fails what breaks it. Exams run here without vitest's own tests, as `benn check` runs them.
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "../tensorflow.ts";
import { beforeAll, describe, expect, test } from "vitest";
import type { Architecture, BuildOptions } from "../architecture.ts";
import type { Augment } from "../augment.ts";
import type { DashboardView } from "../dashboard-view.ts";
import type { Dataset, LoadedDataset, LoadOptions, Split } from "../dataset.ts";
import type { EnsembleScheme } from "../ensemble-scheme.ts";
import type { RunEvent } from "../events.ts";
import type { Listener } from "../listener.ts";
import type { Loss, LossRows } from "../loss.ts";
import type { Metric } from "../metric.ts";
import type { Optimizer, ParameterStep } from "../optimizer.ts";
import { shuffle } from "../random.ts";
import type { Schedule } from "../schedule.ts";
import { accuracy } from "../staged-vote.ts";
import { UserError } from "../user-error.ts";
import type { Ballot, Voter } from "../voter.ts";
import { type Exams, runExam } from "./run-exam.ts";

beforeAll(() => tf.setBackend("cpu"));

/** The rules that are broken, by their names. */
async function brokenRules(define: (exams: Exams) => void): Promise<string[]> {
  const broken: string[] = [];
  for await (const { rule, error } of runExam(expect, define)) if (error !== undefined) broken.push(rule);
  return broken;
}

/** @param mutants by the beginning of the rule that each breaks; it may break others too */
function mutantsOf<T>(
  kind: string,
  take: (exams: Exams, create: () => T) => void,
  good: () => T,
  mutants: Readonly<Record<string, () => T>>,
): void {
  describe(`the exam of ${kind}`, () => {
    test("passes what keeps its rules", async () => {
      expect(await brokenRules((exams) => take(exams, good))).toEqual([]);
    });
    test.for(Object.entries(mutants))("fails what breaks the rule: %s", async ([rule, create]) => {
      const broken = await brokenRules((exams) => take(exams, create));
      expect(broken.filter((own) => own.split(" > ")[1]?.startsWith(rule))).not.toEqual([]);
    });
  });
}

const sum = ({ logits, alphas }: Ballot): Float64Array =>
  Float64Array.from(logits[0] ?? [], (_, i) => logits.reduce((total, own, m) => total + alphas[m]! * own[i]!, 0));
const voter: Voter = { vote: sum, lower: (alphas) => ({ vote: "soft", alphas }) };

mutantsOf(
  "voters",
  (exams, create: () => Voter) => exams.testVoter("mutant", create),
  () => voter,
  {
    "gives one finite score": () => ({ vote: (ballot) => Float32Array.from(sum(ballot)) as never }),
    "does not care in which order": () => ({ vote: ({ logits }) => Float64Array.from(logits[0] ?? []) }),
    "answers for one member": () => ({ vote: (ballot) => sum(ballot).map((score) => -score) }),
    "scores a row alike": () => ({ vote: (ballot) => sum(ballot).map((score, i, all) => score + all[(i + 1) % all.length]!) }),
    "stays finite": () => ({ vote: (ballot) => sum(ballot).map(Math.exp) }),
    "has the winners": () => ({ ...voter, lower: (alphas) => ({ vote: "soft", alphas: alphas.map((alpha) => -alpha) }) }),
  },
);

mutantsOf(
  "voters that learn",
  (exams, create: () => Voter) => exams.testVoter("mutant", create),
  () => {
    let signs: number[] = [];
    return {
      // Takes from each member what its logits have to do with the class.
      fit: ({ logits, labels, classes }) =>
        void (signs = logits.map((own) =>
          Math.max(0, labels.reduce((total, label, row) => total + own[row * classes + label]!, 0) / labels.length - 1),
        )),
      vote: ({ logits }) => Float64Array.from(logits[0] ?? [], (_, i) => logits.reduce((total, own, m) => total + signs[m]! * own[i]!, 0)),
    };
  },
  { "answers for one member": () => ({ fit: () => {}, vote: ({ logits }) => Float64Array.from(logits[0] ?? [], () => 0) }) },
);

const accept: EnsembleScheme["next"] = ({ sampleWeights }) => ({ kind: "accept", alpha: 1, sampleWeights });
mutantsOf(
  "schemes",
  (exams, create: () => EnsembleScheme) => exams.testScheme("mutant", create),
  (): EnsembleScheme => ({ next: accept }),
  {
    "begins with finite": () => ({ next: accept, begin: ({ samples }) => new Float64Array(samples).fill(-1) }),
    "accepts members": () => ({ next: () => ({ kind: "reject", reason: "it is not wanted." }) }),
    "goes on, stops with a sentence": () => ({
      next(round) {
        if (round.error === 1) throw new TypeError("oops");
        return accept(round);
      },
    }),
    "is deterministic": () => ({ next: (round) => ({ ...accept(round), alpha: Math.random() }) as ReturnType<typeof accept> }),
    "remembers nothing": () => {
      let rounds = 0;
      return { next: (round) => ({ ...accept(round), alpha: ++rounds }) as ReturnType<typeof accept> };
    },
  },
);

const metric: Metric = { title: "accuracy", unit: "%", better: "higher", of: accuracy };
mutantsOf(
  "metrics",
  (exams, create: () => Metric) => exams.testMetric("mutant", create),
  (): Metric => metric,
  {
    "has a title": () => ({ ...metric, title: "" }),
    "is finite": () => ({ ...metric, of: (scores, labels) => (labels.length === 0 ? 0 : accuracy(scores, labels)) }),
    "is better for scores": (): Metric => ({ ...metric, better: "lower" }),
    "does not depend on the order": () => ({
      ...metric,
      of: (scores, labels) => accuracy(scores, labels) + (scores[0] ?? Number.NaN) / 100,
    }),
    "sums over the rows": () => ({ ...metric, sum: () => tf.scalar(0) }),
  },
);

const line: Schedule = { rate: ({ learningRate, epoch, epochs }) => learningRate * (1 - epoch / epochs) };
mutantsOf(
  "schedules",
  (exams, create: () => Schedule) => exams.testSchedule("mutant", create),
  () => line,
  {
    "gives a finite": () => ({ rate: ({ learningRate }) => -learningRate }),
    "depends on its argument alone": () => {
      let calls = 0;
      return { rate: ({ learningRate }) => learningRate / ++calls };
    },
    "scales with": () => ({ rate: () => 0.1 }),
  },
);

const squares = ({ logits, labels }: LossRows): tf.Tensor1D =>
  tf.sum<tf.Tensor1D>(tf.square(tf.sub(logits, tf.oneHot(labels, logits.shape[1]))), 1);
mutantsOf(
  "losses",
  (exams, create: () => Loss) => exams.testLoss("mutant", create),
  () => ({ rows: squares }),
  {
    "is a finite number": () => ({ rows: (batch) => tf.exp(tf.exp(squares(batch))) }),
    "of a row depends": () => ({ rows: (batch) => tf.sub(squares(batch), tf.mean(squares(batch))) }),
    "has the gradient": () => ({
      rows: (batch) =>
        tf.customGrad((logits) => ({
          value: squares({ ...batch, logits: logits as tf.Tensor2D }),
          gradFunc: (dy: tf.Tensor) => tf.mul(tf.onesLike(batch.logits), tf.expandDims(dy, 1)),
        }))(batch.logits) as tf.Tensor1D,
    }),
    "is the same each time": () => ({
      rows(batch) {
        tf.keep(tf.zeros([1]));
        return squares(batch);
      },
    }),
  },
);

const descend =
  (factor: number) =>
  (steps: readonly ParameterStep[], { learningRate }: { readonly learningRate: number }) =>
    steps.map(({ weight, gradient }) => ({ weight: tf.sub(weight, tf.mul(gradient, factor * learningRate)), slots: {} }));
const descent: Optimizer = { slots: [], update: descend(1) };
mutantsOf(
  "optimizers",
  (exams, create: () => Optimizer) => exams.testOptimizer("mutant", create),
  () => descent,
  {
    "claims a parameter": () => ({ ...descent, claims: () => false }),
    "moves every parameter": () => ({ slots: [], update: descend(0) }),
    "makes a quadratic": () => ({ slots: [], update: descend(-1) }),
    "remembers nothing": () => {
      let steps = 0;
      return { slots: [], update: (own, step) => descend(1 + ++steps)(own, step) };
    },
    "leaves no tensor": () => ({
      slots: [],
      update(steps, step) {
        tf.keep(tf.zeros([1]));
        return descend(1)(steps, step);
      },
    }),
  },
);

const view: DashboardView = { state: 0, reduce: (count: number) => count + 1, draw: (count: number) => [`${count}`] };
mutantsOf(
  "views",
  (exams, create: () => DashboardView) => exams.testView("mutant", create),
  () => view,
  {
    "draws lines of text": () => ({ ...view, draw: (count: number) => [count as never] }),
    "draws no more lines": () => ({ ...view, draw: () => Array.from({ length: 50 }, () => "a line") }),
    "folds events": () => ({
      state: [],
      reduce(seen: RunEvent[], event) {
        seen.push(event);
        return seen;
      },
      draw: (seen: RunEvent[]) => [`${seen.length}`],
    }),
  },
);

/** Keeps a line for each event. */
function log({ file = "own.txt", keeps = false, close = () => {} } = {}): Listener {
  let path = "";
  return {
    async open({ folder, past }) {
      path = join(folder, file);
      let lines = "";
      for await (const { type } of past) lines += `${type}\n`;
      if (!keeps || !existsSync(path)) writeFileSync(path, lines);
    },
    onEvent: ({ type }) => appendFileSync(path, `${type}\n`),
    close,
  };
}
mutantsOf("listeners", (exams, create: () => Listener) => exams.testListener("mutant", create), log, {
  "receives a whole run": () => ({ ...log(), onEvent: (event) => void ((event as { type: string }).type = "mine") }),
  "leaves the same files": () => log({ keeps: true }),
  "forgets what came after": () => log({ keeps: true }),
  "leaves other files": () => log({ file: "events.jsonl" }),
  closes: () => {
    const own = log();
    let heard = 0;
    return { ...own, onEvent: (event) => (heard++, own.onEvent(event)), close: () => void (heard === 0 && JSON.parse("")) };
  },
});

/** Twelve shades of three classes. */
function shades({
  change = (data) => data,
  pick = shuffle,
}: { change?: (data: LoadedDataset) => LoadedDataset; pick?: typeof shuffle } = {}): Dataset {
  return {
    async load({ validation, random }: LoadOptions) {
      const split = (rows: readonly number[]): Split => ({
        labels: Int32Array.from(rows, (row) => row % 3),
        images: (asked: Int32Array, augment?: Augment) =>
          Float32Array.from({ length: 4 * asked.length }, (_, i) => rows[asked[i >> 2]!]! + (augment?.random.uniform() ?? 0)),
      });
      const all = Array.from({ length: 12 }, (_, row) => row);
      const order = pick([...all], random);
      const held = new Set([0, 1, 2].flatMap((label) => order.filter((row) => row % 3 === label).slice(0, 4 * validation)));
      return change({
        shape: [2, 2, 1],
        labels: ["a", "b", "c"],
        train: split(all.filter((row) => !held.has(row))),
        ...(held.size > 0 ? { validation: split([...held]) } : {}),
        test: split([12, 13, 14]),
        provenance: { source: "made up" },
        preprocessing: [],
      });
    },
  };
}
mutantsOf(
  "datasets",
  (exams, create: () => Dataset) => exams.testDataset("mutant", create),
  () => shades(),
  {
    "names its classes": () => shades({ change: (data) => ({ ...data, test: { ...data.test, labels: Int32Array.of(3, 0, 1) } }) }),
    "gives the rows asked for": () =>
      shades({ change: (data) => ({ ...data, train: { ...data.train, images: (rows) => data.train.images(rows.toSorted()) } }) }),
    "augments by what it is given": () =>
      shades({
        change: (data) => ({
          ...data,
          train: {
            ...data.train,
            images: async (rows, augment) => (await data.train.images(rows, augment)).map((value) => value + (augment ? Math.random() : 0)),
          },
        }),
      }),
    "holds out the share": () => shades({ change: ({ validation: _held, ...data }) => data }),
    "holds out the same rows": () => shades({ pick: (rows) => rows }),
    "gives its provenance": () => shades({ change: (data) => ({ ...data, provenance: { when: new Date(0) } }) }),
    "lists its preprocessing": () =>
      shades({
        change: (data) => ({
          ...data,
          preprocessing: [{ operation: "standardize", mean: Float32Array.of(Number.NaN), deviation: Float32Array.of(1) }],
        }),
      }),
  },
);

interface Net {
  readonly seeded?: boolean;
  readonly refuses?: boolean;
  readonly units?: number;
  readonly broken?: boolean;
  readonly leaks?: boolean;
}
const net = ({ seeded = true, refuses = true, units, broken = false, leaks = false }: Net = {}): Architecture => ({
  build({ inputShape, classes, seed }: BuildOptions) {
    if (refuses && inputShape.some((size) => size < 1))
      throw new UserError(`net: expected an image, got [${inputShape.join(", ")}]. Give it pixels.`);
    if (leaks) tf.keep(tf.zeros([1]));
    const kernelInitializer = tf.initializers.randomNormal({ stddev: 0.1, ...(seeded ? { seed } : {}) });
    const layers = [
      tf.layers.flatten({ inputShape: [...inputShape] }),
      tf.layers.dense({
        units: units ?? classes,
        kernelInitializer,
        ...(broken ? { biasInitializer: tf.initializers.constant({ value: Number.NaN }) } : {}),
      }),
    ];
    return tf.sequential({ layers });
  },
});
mutantsOf(
  "architectures",
  (exams, create: () => Architecture) => exams.testArchitecture("mutant", create, { inputShape: [4, 4, 3], refuses: [4, 0, 3] }),
  () => net(),
  {
    "turns images": () => net({ units: 3 }),
    "begins with the same weights": () => net({ seeded: false }),
    "can be trained with": () => net({ broken: true }),
    "leaves no tensor behind": () => net({ leaks: true }),
    "refuses images": () => net({ refuses: false }),
  },
);
