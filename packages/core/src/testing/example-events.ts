import type { RunEvent, RunEventBody } from "../events.ts";

/** A small run of two members and twelve classes, with everything that events may hold. */
export const exampleEvents: readonly RunEvent[] = exampleRun();

function exampleRun(): RunEvent[] {
  const told: RunEvent[] = [];
  const say = (body: RunEventBody): void =>
    void told.push(deepFreeze({ ...body, clock: { at: 1_700_000_000_000 + 1250 * told.length, imagesPerSecond: 900, seconds: 1.5 } }));
  const plan = { architecture: "nin", binarizer: "deterministic", epochs: 2, steps: 3, learningRate: 0.01 };
  say({
    type: "run-start",
    run: "example",
    seed: 1,
    backend: "cpu",
    dataset: { name: "made", train: 96, validation: 24, test: 48, labels: Array.from("abcdefghijkl") },
    scheme: "samme",
    mode: "independent",
    voter: "soft",
    batchSize: 32,
    metrics: [
      { name: "accuracy", title: "accuracy", unit: "%", better: "higher" },
      { name: "top5", title: "top-5 accuracy", unit: "%", better: "higher" },
      { name: "loss", title: "cross-entropy", unit: "", better: "lower" },
    ],
    members: [0, 1].map((member) => ({ ...plan, member, parameters: 10, bytes: 20, realBytes: 40 })),
    pretrainEpochs: 0,
  });
  for (const member of [0, 1]) {
    say({ type: "member-start", member, epochs: 2, steps: 3 });
    for (const epoch of [0, 1]) {
      for (const step of [1, 2, 3]) {
        const loss = 2 / (1 + epoch + step);
        say({ type: "step", member, epoch, step, steps: 3, loss, metrics: { accuracy: 0.25 * step, top5: 0.3 * step } });
      }
      say({ type: "epoch", member, epoch, epochs: 2, loss: 1 - epoch / 4, metrics: { accuracy: 0.5 + epoch / 8 }, learningRate: 0.01 });
      say({ type: "score", member, epoch, on: "validation", metric: "accuracy", value: 0.5, best: epoch === 0 });
    }
    const [accuracy, top5, loss] = [0.5, 0.9, 1.25].map((train) => ({ train, validation: train - 0.125, test: train - 0.25 }));
    if (member === 1) say({ type: "warning", member, message: "member 1 is weak." });
    say({ type: "member-end", member, bestEpoch: 1, error: 0.4, alpha: 0.7, metrics: { accuracy: accuracy!, top5: top5!, loss: loss! } });
    const votes = { hard: 0.5, soft: 0.625 };
    say({
      type: "staged",
      members: member + 1,
      metrics: Object.fromEntries(
        ["accuracy", "top5"].map((name) => [name, { validation: votes, test: votes, single: 0.25, singleMean: 0.25 }]),
      ),
    });
  }
  say({ type: "run-end", reason: "finished", members: 2 });
  return told;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
