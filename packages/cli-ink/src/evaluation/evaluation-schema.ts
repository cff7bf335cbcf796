import { z } from "@benn/core";

// The output of `benn eval --json`; see docs/eval.md. An undefined number (such as the precision of a class that is never predicted) is
// null.

const count = z.int().min(0);
const share = z.number().min(0).max(1);
const known = z.number().nullable();
const interval = z.tuple([z.number(), z.number()]).describe("95 % interval [low, high]");
const split = z.enum(["train", "validation", "test"]);
const bySplit = <S extends z.ZodType>(value: S) => z.strictObject({ train: value, validation: value, test: value }).partial();
const byMetric = z.record(z.string(), known).describe("by the metric's name");

const accuracy = z.strictObject({
  right: count.describe("rows that are classified as what they are"),
  accuracy: share,
  interval: interval.describe("Wilson's"),
  metrics: byMetric,
});

const calibration = z.strictObject({
  negativeLogLikelihood: z.number().describe("nats"),
  brier: z.number(),
  expectedCalibrationError: share,
  bins: z.array(z.strictObject({ low: share, high: share, rows: count, confidence: known.describe("mean probability"), accuracy: known })),
});

const pair = { disagreement: known, doubleFault: known, kappa: known.describe("Cohen's") };

export const evaluationSchema = z
  .strictObject({
    format: z.literal(1).describe("of this structure: a change that a reader could notice raises it"),
    folder: z.string(),
    voter: z.string().describe("the run's"),
    mirror: z.boolean(),
    classes: z.array(z.string()).describe("names; elsewhere classes are their places here"),
    planned: count.describe("members of the configuration"),
    ended: z.boolean().describe("whether the run has come to its end, with fewer members perhaps"),
    members: z
      .array(
        z.strictObject({
          member: count.describe("from 0"),
          architecture: z.string(),
          binarizer: z.string(),
          alpha: z.number().optional().describe("vote weight; absent: no vote"),
          computed: z.array(split).describe("splits whose logits were computed now"),
          agreement: bySplit(share).describe("with --again: share of rows with the class that was stored"),
        }),
      )
      .describe("those that are trained"),
    metrics: z.array(z.strictObject({ name: z.string(), title: z.string(), unit: z.string(), better: z.enum(["higher", "lower"]) })),
    splits: bySplit(
      z.strictObject({
        rows: count,
        members: z.array(accuracy).describe("each alone"),
        singleMean: z.strictObject({ accuracy: share, metrics: byMetric }).describe("over members that vote"),
        staged: z.array(z.record(z.string(), accuracy)).describe("the vote of the first 1, 2, … members that vote, by voter"),
      }),
    ),
    vote: z
      .strictObject({
        on: split,
        rows: count,
        against: z
          .array(
            z.strictObject({
              chosenOn: split.describe("rows that the member was the best on: on those of `on` its accuracy is optimistic"),
              member: count,
              accuracy: share,
              difference: z.number().describe("accuracy of the vote less the member's"),
              interval: interval.describe("bootstrap"),
              firstOnly: count.describe("rows that the vote alone has right"),
              secondOnly: count.describe("rows that the member alone has right"),
              pValue: share.describe("McNemar's test, exact"),
            }),
          )
          .describe("single members"),
        perClass: z.array(
          z.strictObject({ rows: count, predicted: count, right: count, accuracy: share, precision: known, recall: known }),
        ),
        confusions: z.array(z.strictObject({ label: count, predicted: count, rows: count })).describe("the most frequent first"),
        diversity: z.strictObject({
          ...pair,
          pairs: z.array(z.strictObject({ first: count, second: count, ...pair })).describe("by places among the members that vote"),
        }),
        fixedAndBroke: z.array(z.strictObject({ fixed: count, broke: count })).describe("of the second member that votes, the third …"),
        calibration: calibration.describe("as it votes"),
        temperature: z.number().positive().optional().describe("of softmax(scores / temperature), fitted on validation rows"),
        calibrated: calibration.optional().describe("at that temperature"),
        riskCoverage: z.strictObject({
          area: z.number(),
          points: z.array(z.strictObject({ coverage: share, risk: share, confidence: share })),
        }),
      })
      .describe("the vote of all members by the run's voter, on the rows of --on"),
    notes: z.array(z.string()).describe("sentences"),
  })
  .describe("What benn eval --json prints");
