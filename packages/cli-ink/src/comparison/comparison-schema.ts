import { z } from "@benn/core";

// The output of `benn compare --json`; see docs/compare.md.

const count = z.int().min(0);
const share = z.number().min(0).max(1);
const interval = z.tuple([z.number(), z.number()]).describe("95 % interval [low, high]");
const cost = z.enum(["bytes", "operations", "milliseconds"]);

export const comparisonSchema = z
  .strictObject({
    format: z.literal(1).describe("of this structure: a change that a reader could notice raises it"),
    name: z.string(),
    architecture: z.string(),
    voter: z.string(),
    seeds: z.array(count),
    rows: count.describe("test images"),
    kinds: z
      .array(
        z.strictObject({
          name: z.string(),
          bits: count.describe("of weights and activations; 32: real numbers"),
          binarizer: z.string(),
          runs: z.array(z.strictObject({ folder: z.string(), seed: count })),
          packed: z.boolean().describe("whether bytes are those of a packed file; else they are counted"),
          ensembles: z
            .array(
              z.strictObject({
                members: count,
                accuracies: z.array(share).describe("of each seed"),
                accuracy: z.strictObject({
                  mean: share,
                  interval: interval.describe("of the mean over seeds, by Student"),
                  deviation: z.number().min(0).describe("standard deviation over seeds"),
                }),
                churn: z
                  .strictObject({ value: share, interval: interval.describe("by bootstrap over images") })
                  .describe("share of images with another class at another seed, mean over pairs"),
                cost: z.strictObject({
                  bytes: z.number().optional(),
                  operations: z.number().optional().describe("bit operations of an image: multiply-adds by bits of both factors"),
                  milliseconds: z.number().optional().describe("of an image, by the packed runtime on one thread"),
                }),
              }),
            )
            .describe("of the first 1, 2, … members"),
        }),
      )
      .describe("1-bit nets first"),
    matches: z
      .array(
        z.strictObject({
          cost,
          against: z.string().describe("name of the kind of more bits"),
          price: z.number(),
          members: count.describe("of the largest ensemble of 1-bit nets that costs no more; 0: one alone costs more"),
          isShort: z.boolean().describe("whether more members would fit that were not trained"),
          ensemblePrice: z.number().optional(),
          difference: z
            .strictObject({ value: z.number(), interval })
            .optional()
            .describe("accuracy of the ensemble less that of the net, mean over seeds, by Student"),
        }),
      )
      .describe("each net of more bits beside the ensemble at equal cost"),
    machine: z.string().optional().describe("what milliseconds were measured on"),
    answer: z.string(),
    notes: z.array(z.string()).describe("sentences"),
  })
  .describe("What benn compare --json prints");
