// A problem small enough to train in milliseconds, with the simplest correct plugin for every contract. Only the tests of the trainer use
// it.
import * as tf from "../tensorflow.ts";
import { z } from "zod";
import { ARCHITECTURES } from "../architecture.ts";
import { mirrorsInTurn } from "../augment.ts";
import { BACKENDS } from "../backend.ts";
import { BINARIZERS } from "../binarizer.ts";
import { createContainer, type DependencyContainer } from "../container.ts";
import { DATASETS, type Split } from "../dataset.ts";
import { SCHEMES } from "../ensemble-scheme.ts";
import { createRandom, type Random } from "../random.ts";
import { resample } from "../resample.ts";
import { UserError } from "../user-error.ts";
import { VOTERS } from "../voter.ts";

const SIDE = 4;

/** Images with one pixel per class, whose brightness weakly indicates the class. */
function blobs(rows: number, classes: number, random: Random): Split {
  const labels = Int32Array.from({ length: rows }, (_, row) => row % classes);
  const pixels = Float32Array.from({ length: rows * SIDE * SIDE }, (_, i) => {
    const row = Math.floor(i / (SIDE * SIDE));
    return random.normal() + (i % (SIDE * SIDE) === labels[row] ? 1.5 : 0);
  });
  return {
    labels,
    images(wanted, augment) {
      const images = new Float32Array(wanted.length * SIDE * SIDE);
      for (const [at, row] of wanted.entries()) images.set(pixels.subarray(row * SIDE * SIDE, (row + 1) * SIDE * SIDE), at * SIDE * SIDE);
      if (!augment) return images;
      const sides = Float32Array.from(wanted, (row) => (mirrorsInTurn(row, augment) ? 0.01 : 0));
      return images.map((x, i) => x + 0.01 * augment.random.normal() + sides[Math.floor(i / (SIDE * SIDE))]!);
    },
  };
}

function slowed(split: Split, delay: number): Split {
  if (delay === 0) return split;
  return {
    ...split,
    async images(rows, augment) {
      await new Promise((resolve) => setTimeout(resolve, delay));
      return await split.images(rows, augment);
    },
  };
}

/** A container in which `{ dataset: "blobs", architecture: "linear", scheme: "bag" | "boost", voter: "sum", … }` can be trained. */
export function toyContainer(): DependencyContainer {
  const container = createContainer({
    defaults: { dataset: "blobs", architecture: "linear", binarizer: "none", scheme: "bag", voter: "sum", backend: "cpu" },
  });
  container.resolve(BACKENDS).add("cpu", {
    description: "",
    create: () => ({ probe: async () => ({ ok: true, description: "" }), activate: async () => void (await tf.setBackend("cpu")) }),
  });
  container.resolve(BINARIZERS).add("none", {
    description: "",
    create: () => ({
      bits: { activations: 32, kernel: 32 },
      activations: (x) => x.clone(),
      kernel: (w) => w.clone(),
      project: (w) => w.clone(),
    }),
  });
  container.resolve(DATASETS).add("blobs", {
    description: "",
    options: z.object({
      rows: z.int().default(90),
      classes: z
        .int()
        .max(SIDE * SIDE)
        .default(3),
      poison: z.boolean().default(false),
      delay: z.int().default(0).describe("milliseconds that images are waited for"),
    }),
    create: ({ rows, classes, poison, delay }) => ({
      async load({ validation, onProgress }) {
        onProgress?.({ what: "making blobs", done: rows, total: rows });
        const train = slowed(blobs(rows, classes, createRandom(1, "train")), delay);
        return {
          shape: [SIDE, SIDE, 1],
          labels: Array.from("abcdefghijklmnop").slice(0, classes),
          train: poison ? { ...train, images: (wanted) => new Float32Array(wanted.length * SIDE * SIDE).fill(Number.NaN) } : train,
          ...(validation > 0 ? { validation: blobs(30, classes, createRandom(1, "validation")) } : {}),
          test: slowed(blobs(60, classes, createRandom(1, "test")), delay),
          provenance: { source: "made" },
          preprocessing: [{ operation: "standardize", mean: Float32Array.of(0.5), deviation: Float32Array.of(1) }],
        };
      },
    }),
  });
  container.resolve(ARCHITECTURES).add("linear", {
    description: "",
    options: z.object({ hidden: z.int().default(0), batchNorm: z.boolean().default(false), height: z.int().default(SIDE) }),
    create: ({ hidden, batchNorm, height }) => ({
      build({ inputShape, classes, seed }) {
        if (inputShape[0] !== height)
          throw new UserError(`linear: expected images ${height} high, got [${inputShape.join(", ")}]. Resize them in the dataset.`);
        const kernelInitializer = (salt: number) => tf.initializers.randomNormal({ stddev: 0.05, seed: seed + salt });
        return tf.sequential({
          layers: [
            tf.layers.flatten({ inputShape: [...inputShape] }),
            ...(hidden > 0 ? [tf.layers.dense({ name: "hidden", units: hidden, kernelInitializer: kernelInitializer(1) })] : []),
            ...(batchNorm ? [tf.layers.batchNormalization({ name: "norm" })] : []),
            tf.layers.dense({ name: "classes", units: classes, kernelInitializer: kernelInitializer(2) }),
          ],
        });
      },
    }),
  });
  container.resolve(SCHEMES).add("bag", {
    description: "",
    create: () => ({
      outOfBag: true,
      independent: true,
      draw: ({ sampleWeights, samples, random }) => ({ kind: "rows", rows: resample(sampleWeights, samples, random("member")) }),
      next: ({ sampleWeights }) => ({ kind: "accept", alpha: 1, sampleWeights }),
    }),
  });
  container.resolve(SCHEMES).add("boost", {
    description: "",
    options: z.object({
      stopAt: z.int().default(99),
      drop: z.boolean().default(false),
      reject: z.int().default(-1),
      weighting: z.enum(["resample", "loss"]).default("resample"),
    }),
    create: ({ stopAt, drop, reject, weighting }) => ({
      draw: ({ sampleWeights, samples, random }) =>
        weighting === "loss"
          ? { kind: "weighted", sampleWeights }
          : { kind: "rows", rows: resample(sampleWeights, samples, random("epoch")) },
      next: ({ member, sampleWeights, wrong }) => {
        if (member === reject) return { kind: "reject", reason: "no better than chance." };
        if (member >= stopAt)
          return { kind: "stop", ...(drop ? { reason: "no better than chance." } : { reason: "nothing left to learn.", alpha: 1 }) };
        const next = sampleWeights.map((w, row) => w * (wrong[row] ? 2 : 0.5));
        return { kind: "accept", alpha: 0.5 + member, sampleWeights: next, warning: `member ${member} is weak.` };
      },
    }),
  });
  container.resolve(VOTERS).add("sum", {
    description: "",
    compared: true,
    create: () => ({
      vote: ({ logits, alphas }) =>
        Float64Array.from(logits[0] ?? [], (_, i) => logits.reduce((sum, l, m) => sum + (alphas[m] ?? 0) * (l[i] ?? 0), 0)),
    }),
  });
  return container;
}
