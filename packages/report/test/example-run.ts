import { type EnsembleEvaluation, evaluateEnsemble, finalAnswers } from "@benn/analysis";
import { deriveSeed } from "@benn/core";
import type { Metric } from "@benn/core";
import type { Ensemble } from "@benn/core/node";
import { softVote } from "@benn/vote";
import { pickImages } from "../src/pick-images.ts";
import type { ReportedRun } from "../src/reported-run.ts";
import { weighSamples } from "../src/weigh-samples.ts";

const ROWS = 400;
const CLASSES = 10;
const labels = Int32Array.from({ length: ROWS }, (_, row) => row % CLASSES);

/** A number in [0, 1) for each index, the same on every machine. */
function noise(name: string, place: number): number {
  return Number(BigInt.asUintN(32, BigInt(deriveSeed(place, name)))) / 2 ** 32;
}

/** Logits of a member that has learned something, and something else than the others. */
function logitsOf(member: number): Float32Array {
  return Float32Array.from(
    { length: ROWS * CLASSES },
    (_, i) => noise(`member ${member}`, i) + (labels[Math.floor(i / CLASSES)] === i % CLASSES ? 0.35 : 0),
  );
}

function ensembleOf(members: number, names: readonly string[], metrics: Readonly<Record<string, Metric>>): Ensemble {
  const logits = Array.from({ length: members }, (_, m) => logitsOf(m));
  const split = { labels, logits: (from: number, to: number) => logits.map((own) => own.subarray(from * CLASSES, to * CLASSES)) };
  return {
    folder: "runs/example",
    classes: names,
    members: logits.map((_, member) => ({
      member,
      architecture: "nin",
      binarizer: "deterministic",
      alpha: 1,
      computed: [],
      agreement: {},
    })),
    planned: members,
    ended: true,
    mirror: false,
    voter: "soft",
    metrics,
    splits: { train: split, validation: split, test: split },
    notes: [],
    createVoters: () => new Map([["soft", softVote]]),
  };
}

/** A picture of one pixel. */
const PIXEL = "data:image/webp;base64,UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==";

/** A run as a report receives it, evaluated by the same code as real ones. */
export function exampleRun(
  members: number,
  {
    names = Array.from({ length: CLASSES }, (_, k) => `class ${k}`),
    name = "example",
    epochs = 30,
    metrics = {},
  }: {
    readonly names?: readonly string[];
    readonly name?: string;
    readonly epochs?: number;
    readonly metrics?: Readonly<Record<string, Metric>>;
  } = {},
): ReportedRun {
  const ensemble = ensembleOf(members, names, metrics);
  let drawn = 0;
  const evaluation: EnsembleEvaluation = evaluateEnsemble(ensemble, {
    random: { integer: (below) => Math.floor(noise("draw", drawn++ % 5000) * below) },
  });
  const answers = finalAnswers(ensemble, "test");
  const picked = pickImages(answers, evaluation.vote.confusions);
  const picture = (row: number) => ({ row, source: PIXEL });
  const curve = (member: number) =>
    Array.from({ length: epochs }, (_, i) => ({ epoch: 3 * i + 1, value: 2 / (i + 1) + noise("curve", member * epochs + i) }));
  return {
    name,
    evaluation,
    members: evaluation.members.map(({ member }) => ({
      member,
      label: "nin, deterministic",
      error: 0.5,
      loss: curve(member),
      accuracy: curve(member),
    })),
    scheme: "samme",
    mode: "sequential",
    warnings: [],
    reused: [],
    size: { bytes: 71_300, realBytes: 331_000, packed: true },
    speed: { median: 1.5, quartiles: [1.4, 1.7], images: 100, machine: "a machine" },
    layers: [
      {
        architecture: "nin",
        members,
        rows: [
          {
            name: "conv",
            type: "BinaryConv2D",
            outputShape: [32, 32, 16],
            parameters: 432,
            binaryParameters: 432,
            binaryMultiplyAdds: 442_368,
            realMultiplyAdds: 0,
            packedBytes: 128,
          },
        ],
      },
    ],
    recipe: {
      preset: "cifar10-sb-boost-d-seq",
      published: { single: 84.5, ensemble: 88.83, overfitsFrom: 24 },
      differences: [{ key: "epochs", before: "100", now: "3" }],
    },
    config: { epochs: "3", "scheme.name": '"samme"' },
    environment: [["seed", "0"]],
    checksums: [["experiment.json", "16d5453ad99f230115db972b97b33c11079106c86d77df35a0d3e12cbced31a3"]],
    command: "benn train --set epochs=3",
    images: {
      confusions: picked.confusions.map((confusion) => ({ ...confusion, examples: confusion.examples.map(picture) })),
      disputed: picked.disputed.map((row) => ({
        ...picture(row),
        label: answers.labels[row]!,
        predicted: answers.predicted[row]!,
        votes: answers.members.map((own) => own[row]!),
      })),
    },
    sampleWeights: evaluation.members.map(({ member }) =>
      weighSamples(
        member,
        Float64Array.from(labels, (label) => 2 ** ((label * member) / 10)),
      ),
    ),
    heaviest: [{ ...picture(7), label: 7, times: 3.21 }],
  };
}
