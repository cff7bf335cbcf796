// Small files whose votes are recomputed by hand; trusted-run.test.ts has whole runs.
import { registerWasmBackend } from "@benn/backend-wasm";
import type { Split } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import { beforeAll, expect, test } from "vitest";
import type { MemberHeader } from "../graph.ts";
import { load } from "../load.ts";
import { addVote, winnerOf } from "../tally.ts";
import { leadOf } from "../trust/lead.ts";
import { calibrate } from "./calibrate.ts";
import { compileModel } from "./compile-model.ts";
import { encodeModel } from "./encode-model.ts";
import type { StagedVote } from "./find-lead.ts";
import { findTrust } from "./find-trust.ts";

const SHAPE = [2, 3, 1] as const;
const SIZE = 6;
const ROWS = 603;
const random = createRandom(1, "images");
const images = Float32Array.from({ length: ROWS * SIZE }, () => random.normal());
const validation: Split = {
  labels: Int32Array.from({ length: ROWS }, (_, row) => Number(images[row * SIZE]! > 0) + Number(images[row * SIZE + 1]! > 0.5)),
  images: (rows) => Float32Array.from({ length: rows.length * SIZE }, (_, i) => images[rows[Math.floor(i / SIZE)]! * SIZE + (i % SIZE)]!),
};

const tensors = new Map<string, never>();
const members: MemberHeader[] = [];
beforeAll(async () => {
  await registerWasmBackend();
  await tf.setBackend("benn-wasm");
  for (const [i, alpha] of [1, -0.5, 2].entries()) {
    const kernelInitializer = tf.initializers.randomNormal({ seed: i });
    const model = tf.sequential({
      layers: [tf.layers.flatten({ inputShape: [...SHAPE] }), tf.layers.dense({ units: 3, kernelInitializer })],
    });
    const compiled = await compileModel(model, `${i}.`);
    for (const [name, tensor] of compiled.tensors) tensors.set(name, tensor as never);
    members.push({ architecture: "dense", alpha, nodes: compiled.nodes });
    model.dispose();
  }
});

const fileOf = (voter: "soft" | "hard" | "softmax", count: number): Uint8Array =>
  encodeModel({ shape: [...SHAPE], labels: ["a", "b", "c"], voter, preprocessing: "none" }, members.slice(0, count), tensors);

/** What `calibrate` must pass on, from the file's own votes image by image. */
async function votesOf(file: Uint8Array): Promise<{ scores: Float64Array; staged: StagedVote[] }> {
  const model = await load(file);
  const all = model.members.reduce((sum, { alpha }) => sum + Math.abs(alpha), 0);
  const scores = new Float64Array(ROWS * 3);
  const staged: StagedVote[] = [];
  for (let row = 0; row < ROWS; row++) {
    const own = scores.subarray(3 * row, 3 * row + 3);
    const stages: { lead: number; winner: number }[] = [];
    let ran = 0;
    for (const { logits, alpha } of model.votes(images.slice(row * SIZE, (row + 1) * SIZE))) {
      addVote(own, logits, alpha, model.voter);
      ran += Math.abs(alpha);
      stages.push({ lead: leadOf(own, ran, all), winner: winnerOf(own) });
    }
    staged.push({ stages: stages.slice(0, -1), winner: winnerOf(own) });
  }
  return { scores, staged };
}

test.for([
  ["soft", 3],
  ["soft", 1],
  ["hard", 3],
  ["softmax", 2],
] as const)("a %s vote of %i members is trusted by its scores, and by its stages where it may stop", async ([voter, count]) => {
  const file = fileOf(voter, count);
  const { scores, staged } = await votesOf(file);
  const stops = voter === "soft" && count > 1;
  const own = { labels: validation.labels, seed: 7, reused: ["they ended the ensemble"] };
  const seen: unknown[] = [];
  const trust = await calibrate(file, { validation, seed: 7, reused: own.reused, onProgress: (done) => void seen.push(done) });
  expect(trust).toEqual(findTrust({ ...own, scores, staged: stops ? staged : undefined }));
  expect(seen).toEqual([250, 500, 603].map((done) => ({ images: done, of: 603 })));
  expect("lead" in trust).toBe(stops);
});

test("each row is read once, in batches, and progress need not be heard", async () => {
  const read: number[] = [];
  const counting: Split = { ...validation, images: (rows) => (read.push(...rows), validation.images(rows)) };
  await calibrate(fileOf("hard", 1), { validation: counting, seed: 1, reused: [] });
  expect(read).toEqual(Array.from({ length: ROWS }, (_, row) => row));
});
