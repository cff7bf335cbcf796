import { z } from "@benn/core";

// What `benn stability --json` prints and `--keep` writes; see docs/stability.md.

const count = z.int().min(0);
const share = z.number().min(0).max(1);
const known = z.number().nullable();
const interval = z.tuple([z.number(), z.number()]).describe("95 % interval [low, high]");
const overDraws = interval.describe("95 % interval [low, high], by bootstrap over draws");
const estimate = z.strictObject({ value: known, interval: z.tuple([known, known]) });
const movement = z.strictObject({
  moved: estimate.describe("distance between the scores with and without noise, as a share of their spread"),
  changed: z.strictObject({ value: share, interval: overDraws }).describe("share of images with another class"),
  accuracy: z.strictObject({ value: share, interval: overDraws }).describe("with noise"),
});
const stages = z.array(movement).describe("the vote of the first 1, 2, … members that vote");

export const stabilitySchema = z
  .strictObject({
    format: z.literal(1).describe("of this structure: a change that a reader could notice raises it"),
    folder: z.string(),
    voter: z.string(),
    seed: count.describe("of rows, noise and intervals"),
    rows: count.describe("test images that noise was measured on"),
    draws: count.describe("of each noise"),
    members: z
      .array(z.strictObject({ member: count.describe("from 0"), weights: z.string().describe("SHA-256 of weights.bin") }))
      .describe("those that vote"),
    clean: z.strictObject({ single: share, stages: z.array(share) }).describe("accuracy on these images without noise"),
    noise: z.array(
      z.strictObject({
        kind: z.enum(["weights", "activations", "images"]),
        level: z.number().positive().describe("share of the bits that are flipped, or standard deviation"),
        unit: z.enum(["share", "deviations", "pixels"]),
        single: movement.describe("a member alone, on average"),
        stages,
        ratio: z
          .strictObject({ moved: estimate.optional(), changed: estimate.optional() })
          .describe("the vote of all members over a member alone; absent where none moves"),
      }),
    ),
    retrainings: z
      .strictObject({
        runs: z.array(z.strictObject({ folder: z.string(), seed: count })),
        rows: count.describe("test images: all"),
        stages: z.array(
          z.strictObject({
            members: count,
            accuracies: z.array(share).describe("of each run"),
            accuracy: z.strictObject({
              mean: share,
              interval: interval.describe("of the mean, by Student"),
              deviation: z.number().min(0).describe("standard deviation over runs"),
            }),
            churn: z
              .strictObject({ value: share, interval: interval.describe("by bootstrap over images") })
              .describe("share of images with another class in another training, mean over pairs"),
            moved: known.describe("distance between the scores of two trainings, both with unit spread"),
          }),
        ),
      })
      .optional(),
    notes: z.array(z.string()).describe("sentences"),
  })
  .describe("What benn stability --json prints");
