import type { DependencyContainer } from "tsyringe";
import { LOSSES } from "../loss.ts";
import { METRICS } from "../metric.ts";
import { OPTIMIZERS } from "../optimizer.ts";
import { SCHEDULES } from "../schedule.ts";
import { adam, adamOptions } from "./adam.ts";
import { crossEntropyLoss, crossEntropyOptions } from "./cross-entropy-loss.ts";
import { accuracyMetric, lossMetric, topFiveMetric } from "./metrics.ts";
import { steps, stepsOptions } from "./steps.ts";

/** Registers the plugins that are part of core. */
export function registerBuiltIns(container: DependencyContainer): void {
  container.resolve(OPTIMIZERS).add("adam", { description: "Adam with coupled weight decay", options: adamOptions, create: adam });
  container.resolve(SCHEDULES).add("steps", { description: "lower by a factor at some epochs", options: stepsOptions, create: steps });
  container.resolve(LOSSES).add("cross-entropy", {
    description: "softmax cross-entropy",
    options: crossEntropyOptions,
    create: crossEntropyLoss,
  });
  const metrics = container.resolve(METRICS);
  metrics.add("accuracy", { description: "share of rows classified right", create: () => accuracyMetric });
  metrics.add("top5", {
    description: "share of rows whose label is among the five highest scores; with more than ten classes",
    create: () => topFiveMetric,
  });
  metrics.add("loss", { description: "mean softmax cross-entropy of a member's logits", create: () => lossMetric });
}
