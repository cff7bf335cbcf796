import type { MetricInfo } from "@benn/core";

/** What a metric is called in tags. */
interface Tags {
  /** Of a batch while training. */
  readonly batch: string;
  /** Over many rows, behind the split: `test/avg_top1`. */
  readonly mean: string;
  /** Behind the split of a vote: `vote/test_top5/soft`. */
  readonly vote: string;
}

/** Metrics whose tags are those of the reference's own training scripts. */
const REFERENCE: Readonly<Record<string, Tags>> = {
  accuracy: { batch: "train_batch/top1", mean: "avg_top1", vote: "" },
  top5: { batch: "train_batch/top5", mean: "avg_top5", vote: "_top5" },
};

/** Tags of a metric: the reference's where it has some, else the metric's name. */
export function tagsOf({ name }: Pick<MetricInfo, "name">): Tags {
  const known = Object.hasOwn(REFERENCE, name) ? REFERENCE[name] : undefined;
  return known ?? { batch: `train_batch/${name}`, mean: name, vote: `_${name}` };
}
