import { z } from "@benn/core";

// The output of `benn select --json`; see docs/select.md.

const count = z.int().min(0);
const share = z.number().min(0).max(1);
const interval = z.tuple([z.number(), z.number()]).describe("95 % interval [low, high], by bootstrap over rows");
const cost = z.number().optional().describe("in the budget's unit; with a budget alone");

const compared = z.strictObject({
  accuracy: share,
  difference: z.number().describe("accuracy of the chosen vote less this one"),
  interval,
  firstOnly: count.describe("rows that the chosen vote alone has right"),
  secondOnly: count,
  pValue: share.describe("McNemar's test, exact"),
});

export const selectionSchema = z
  .strictObject({
    format: z.literal(1).describe("of this structure: a change that a reader could notice raises it"),
    runs: z.array(z.string()).describe("folders that members were chosen from"),
    candidates: count.describe("members that there were to choose from"),
    rows: count.describe("held-out rows that they were chosen on"),
    voter: z.string(),
    metric: z.string(),
    seed: count,
    bags: count,
    steps: count,
    share: share.describe("of the candidates that a bag chooses from"),
    budget: z.strictObject({ kind: z.enum(["bytes", "milliseconds"]), most: z.number(), text: z.string() }).optional(),
    curve: z
      .array(
        z.strictObject({
          steps: count.describe("that each bag has taken"),
          members: count.describe("different members in the sum of the bags"),
          value: z.number().describe("by the metric, on the held-out rows"),
          interval: interval.optional(),
          cost: cost.describe("as it was reckoned before the file was packed"),
        }),
      )
      .describe("the ensemble after 1, 2, … steps"),
    chosen: z.strictObject({
      steps: count,
      value: z.number(),
      interval: interval.optional(),
      cost: cost.describe("of the packed file itself: bytes counted, milliseconds measured"),
      members: z.array(
        z.strictObject({
          run: z.string(),
          member: count.describe("from 0"),
          architecture: z.string(),
          binarizer: z.string(),
          votes: count.describe("how often it was chosen, without a common divisor: its vote weight"),
          alone: z.number().describe("by the metric, on the held-out rows"),
        }),
      ),
    }),
    folder: z.string().optional().describe("of the run that was written; absent of a dry run"),
    test: z
      .strictObject({
        rows: count,
        right: count,
        accuracy: share,
        interval: interval.describe("Wilson's"),
        all: compared.describe("all candidates, one vote each"),
        best: compared.extend({ run: z.string(), member: count }).describe("the best single candidate on the held-out rows"),
      })
      .optional()
      .describe("a report: test rows have no part in the choice"),
    notes: z.array(z.string()).describe("sentences"),
  })
  .describe("What benn select --json prints");

export type Selection = z.output<typeof selectionSchema>;
