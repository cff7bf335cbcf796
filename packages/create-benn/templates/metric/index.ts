import { definePlugin, type Metric, METRICS } from "@benn/core";

/** The mean over classes of the share of their samples that are classified correctly: rare classes count as much as frequent ones. */
export const myMetric: Metric = {
  title: "balanced accuracy",
  unit: "%",
  better: "higher",
  of(scores, labels) {
    const classes = scores.length / labels.length;
    const seen = new Map<number, { right: number; rows: number }>();
    for (const [row, label] of labels.entries()) {
      const own = Array.from(scores.subarray(row * classes, (row + 1) * classes));
      const count = seen.get(label) ?? { right: 0, rows: 0 };
      seen.set(label, { right: count.right + Number(own.indexOf(Math.max(...own)) === label), rows: count.rows + 1 });
    }
    return [...seen.values()].reduce((sum, { right, rows }) => sum + right / rows, 0) / seen.size;
  },
};

export default definePlugin({
  name: "my-metric",
  register(container) {
    container.resolve(METRICS).add("my-metric", { description: "accuracy, averaged over classes", create: () => myMetric });
  },
});
