import type { MetricInfo } from "@benn/core";

/** A metric's names in tags. */
interface Tags {
  /** For a batch during training. */
  readonly batch: string;
  /** Over many rows; follows the split: `test/avg_top1`. */
  readonly mean: string;
  /** Follows the split of a vote: `vote/test_top5/soft`. */
  readonly vote: string;
}

/** Metrics with the tags of the reference's own training scripts. */
const REFERENCE: Readonly<Record<string, Tags>> = {
  accuracy: { batch: "train_batch/top1", mean: "avg_top1", vote: "" },
  top5: { batch: "train_batch/top5", mean: "avg_top5", vote: "_top5" },
};

/** Tags of a metric: the reference's if it has some, else the metric's name. */
export function tagsOf({ name }: Pick<MetricInfo, "name">): Tags {
  const known = Object.hasOwn(REFERENCE, name) ? REFERENCE[name] : undefined;
  return known ?? { batch: `train_batch/${name}`, mean: name, vote: `_${name}` };
}
