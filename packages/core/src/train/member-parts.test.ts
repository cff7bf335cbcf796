import { expect, test } from "vitest";
import { z } from "zod";
import { METRICS, type Metric } from "../metric.ts";
import { everyMetricOf, memberParts, metricsOf } from "./member-parts.ts";
import { resolveConfig, settingsOf } from "./resolve-config.ts";
import { toyContainer } from "./toy-problem.ts";

const container = toyContainer();
const metrics = container.resolve(METRICS);
const own: Metric = { title: "own", unit: "", better: "lower", of: () => 1 };
metrics.add("own", { description: "", create: () => own });
metrics.add("few", { description: "", create: () => ({ ...own, applies: (classes) => classes < 5 }) });
metrics.add("asking", { description: "", options: z.object({ of: z.string() }), create: () => own });
const partsOf = (names: string[], classes = 3) => {
  const config = resolveConfig({ metrics: names, schedule: { name: "steps", epochs: [1], factor: 0.5 } }, container);
  return memberParts({ config, container }, settingsOf(config, 0), classes);
};

test("the best epoch is chosen by the first metric that is a mean over rows, else by accuracy", () => {
  expect(partsOf(["own", "top5", "accuracy"], 20).scoredBy.name).toBe("top5");
  expect(partsOf(["own", "top5", "accuracy"]).scoredBy.name).toBe("accuracy");
  const { scoredBy, metrics: all } = partsOf(["own"]);
  expect(scoredBy).toMatchObject({ name: "accuracy", metric: { title: "accuracy", better: "higher" } });
  expect(Object.keys(all)).toEqual(["own"]);
});

test("a member's parts are those of its settings", () => {
  const { optimizers, rate, loss } = partsOf(["accuracy"]);
  expect(optimizers.map(({ name, optimizer }) => [name, optimizer.slots])).toEqual([["adam", ["firstMoments", "secondMoments"]]]);
  expect(rate({ learningRate: 4, epoch: 1, epochs: 2, step: 0, steps: 1 })).toBe(2);
  expect(loss.rows).toBeInstanceOf(Function);
});

test("metrics that say nothing of so many classes are left out", () => {
  const config = { metrics: [{ name: "few" }, { name: "accuracy" }] };
  expect(Object.keys(metricsOf({ config, container }, 4))).toEqual(["few", "accuracy"]);
  expect(Object.keys(metricsOf({ config, container }, 5))).toEqual(["accuracy"]);
});

test("of every metric the run's come first, and one that lacks an option is left out with a sentence", () => {
  const { metrics: all, left } = everyMetricOf({ config: { metrics: [{ name: "own" }] }, container }, 20);
  expect(Object.keys(all)).toEqual(["own", "accuracy", "top5", "loss"]);
  expect(left).toEqual([expect.stringMatching(/^metric\.of: is missing; .* It is not measured\.$/)]);
  metrics.add("faulty", {
    description: "",
    create: () => {
      throw new RangeError("a fault");
    },
  });
  expect(() => everyMetricOf({ config: { metrics: [] }, container }, 3)).toThrow(new RangeError("a fault"));
});
