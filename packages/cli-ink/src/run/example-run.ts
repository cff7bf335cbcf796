import { type ByMetric, type MemberPlan, type MetricInfo, type RunEvent, type RunEventBody } from "@benn/core";
import { createRandom } from "@benn/core/internals";

export interface ExampleRun {
  readonly members: number;
  readonly epochs: number;
  /** `step` events per epoch. */
  readonly steps?: number;
  /** Architectures, assigned to members in turn. */
  readonly architectures?: readonly string[];
  /** Metrics besides accuracy and cross-entropy, of members, votes and during training. */
  readonly more?: readonly MetricInfo[];
}

const METRICS: readonly MetricInfo[] = [
  { name: "accuracy", title: "accuracy", unit: "%", better: "higher" },
  { name: "loss", title: "cross-entropy", unit: "", better: "lower" },
];

/** The events of an invented run, always the same: the data of the screen's tests. */
export function exampleRun({ members, epochs, steps = 10, architectures = ["nin width=0.25"], more = [] }: ExampleRun): RunEvent[] {
  const random = createRandom(1, "example");
  const events: RunEvent[] = [];
  let at = Date.UTC(2026, 10, 24, 9);
  const tell = (body: RunEventBody, seconds: number, clock: { imagesPerSecond?: number } = {}): void => {
    at += 1000 * seconds;
    events.push({ ...body, clock: { at, ...clock } });
  };
  const plan = (member: number): MemberPlan => ({
    member,
    architecture: architectures[member % architectures.length] ?? "",
    binarizer: "deterministic",
    epochs,
    steps: 63,
    learningRate: 0.005,
    parameters: 57_000,
    bytes: 25_000,
    realBytes: 230_000,
  });
  tell(
    {
      type: "run-start",
      run: "2026-11-24-nin-bagging",
      seed: 0,
      backend: "wasm",
      dataset: { name: "cifar10", train: 4000, validation: 0, test: 1000, labels: ["cat", "dog"] },
      scheme: "bagging",
      mode: "independent",
      voter: "soft",
      batchSize: 64,
      metrics: [...METRICS, ...more],
      members: Array.from({ length: members }, (_, member) => plan(member)),
      pretrainEpochs: 0,
    },
    0,
  );
  /** Accuracy, and 1 − accuracy for every other metric. */
  const measured = <T>(accuracy: number, of: (value: number) => T): ByMetric<T> =>
    Object.fromEntries([["accuracy", of(accuracy)], ...more.map(({ name }): [string, T] => [name, of(1 - accuracy)])]);
  let sum = 0;
  for (let member = 0; member < members; member++) {
    tell({ type: "member-start", member, epochs, steps: 63 }, 0.1);
    for (let epoch = 0; epoch < epochs; epoch++) {
      const loss = (done: number): number => 0.9 + 1.5 * Math.exp(-3 * (done / epochs)) + 0.08 * random.normal();
      for (let step = 1; step <= steps; step++) {
        const metrics = measured(0.5, (value) => value);
        tell({ type: "step", member, epoch, step, steps, loss: loss(epoch + step / steps), metrics }, 3 / steps, { imagesPerSecond: 1333 });
      }
      const accuracy = 0.62 - 0.5 * Math.exp(-2.5 * ((epoch + 1) / epochs)) + 0.01 * random.normal();
      const metrics = measured(accuracy, (value) => value);
      tell({ type: "epoch", member, epoch, epochs, loss: loss(epoch + 1), metrics, learningRate: 0.005 }, 0);
      if ((epoch + 1) % 5 === 0 || epoch + 1 === epochs)
        tell({ type: "score", member, epoch, on: "draw", metric: "accuracy", value: accuracy, best: true }, 0.5);
    }
    const test = 0.52 + 0.02 * random.normal();
    sum += test;
    const alone = { ...measured(test, (value) => ({ train: 0.59, test: value })), loss: { train: 1.2, test: 1.3 } };
    tell({ type: "member-end", member, bestEpoch: epochs - 1, error: 0.41, alpha: 1, metrics: alone }, 1);
    const mean = sum / (member + 1);
    const vote = mean + 0.07 * (1 - 1 / (member + 1));
    const votes = { hard: vote - 0.006, soft: vote, softmax: vote - 0.002 };
    tell(
      {
        type: "staged",
        members: member + 1,
        metrics: {
          accuracy: { test: votes, single: test, singleMean: mean, outOfBag: vote - 0.03 },
          ...Object.fromEntries(
            more.map(({ name }) => {
              const missing = Object.fromEntries(Object.entries(votes).map(([voter, value]) => [voter, 1 - value]));
              return [name, { test: missing, single: 1 - test, singleMean: 1 - mean }];
            }),
          ),
        },
      },
      0,
    );
  }
  tell({ type: "run-end", reason: "finished", members }, 0);
  return events;
}
