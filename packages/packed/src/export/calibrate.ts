import type { Split } from "@benn/core";
import { load } from "../load.ts";
import { addVote, winnerOf } from "../tally.ts";
import { leadOf } from "../trust/lead.ts";
import type { TrustData } from "../trust/read-trust.ts";
import type { StagedVote } from "./find-lead.ts";
import { findTrust } from "./find-trust.ts";

/** Number of images read at a time. */
const BATCH = 250;

export interface CalibrateOptions {
  /** Rows that no member was trained on, at least `LEAST_ROWS` of `findTrust`. */
  readonly validation: Split;
  /** Determines which rows are used for what. */
  readonly seed: number;
  /** What else these rows were used to decide, in words. */
  readonly reused: readonly string[];
  onProgress?(done: { readonly images: number; readonly of: number }): void;
}

/** Runs a .benn file on held-out rows, and measures how far its own vote can be trusted. */
export async function calibrate(file: Uint8Array, { validation, seed, reused, onProgress }: CalibrateOptions): Promise<TrustData> {
  const model = await load(file);
  const { labels } = validation;
  const rows = labels.length;
  const classes = model.labels.length;
  const size = model.shape[0] * model.shape[1] * model.shape[2];
  const all = model.members.reduce((sum, { alpha }) => sum + Math.abs(alpha), 0);
  const stops = model.voter === "soft" && model.members.length > 1;
  const scores = new Float64Array(rows * classes);
  const staged: StagedVote[] = [];
  for (let first = 0; first < rows; first += BATCH) {
    const batch = Int32Array.from({ length: Math.min(BATCH, rows - first) }, (_, i) => first + i);
    const images = await validation.images(batch);
    for (const [i, row] of batch.entries()) {
      const own = scores.subarray(row * classes, (row + 1) * classes);
      const stages: { lead: number; winner: number }[] = [];
      let ran = 0;
      for (const vote of model.votes(images.subarray(i * size, (i + 1) * size))) {
        addVote(own, vote.logits, vote.alpha, model.voter);
        ran += Math.abs(vote.alpha);
        if (stops && vote.member + 1 < model.members.length) stages.push({ lead: leadOf(own, ran, all), winner: winnerOf(own) });
      }
      staged.push({ stages, winner: winnerOf(own) });
    }
    onProgress?.({ images: first + batch.length, of: rows });
  }
  return findTrust({ scores, labels, staged: stops ? staged : undefined, seed, reused });
}
