// Your own metric: the recall of the class that is recognized worst. It appears wherever metrics are shown. Try it:
//
//     benn train --plugin ./examples/worst-class.ts --set 'metrics=["accuracy","worst-class"]'
//     benn eval runs/NAME --plugin ./examples/worst-class.ts
import { definePlugin, type Metric, METRICS } from "@benn/core";

export const worstClass: Metric = {
  title: "recall of the worst class",
  unit: "%",
  better: "higher",
  of(scores, labels) {
    const classes = scores.length / labels.length;
    const counts = new Map<number, { right: number; rows: number }>();
    for (const [row, label] of labels.entries()) {
      const own = Array.from(scores.subarray(row * classes, (row + 1) * classes));
      const { right, rows } = counts.get(label) ?? { right: 0, rows: 0 };
      counts.set(label, { right: right + Number(own.indexOf(Math.max(...own)) === label), rows: rows + 1 });
    }
    const recalls = [...counts.values()].map(({ right, rows }) => right / rows);
    return recalls.length === 0 ? Number.NaN : Math.min(...recalls);
  },
};

export default definePlugin({
  name: "worst-class",
  register(container) {
    container.resolve(METRICS).add("worst-class", { description: "recall of the worst class", create: () => worstClass });
  },
});
