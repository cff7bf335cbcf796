import type { DependencyContainer } from "tsyringe";
import { accuracyMetric } from "../built-in/metrics.ts";
import { type Loss, LOSSES } from "../loss.ts";
import { type Metric, METRICS } from "../metric.ts";
import { OPTIMIZERS } from "../optimizer.ts";
import { type ScheduledStep, SCHEDULES } from "../schedule.ts";
import type { NamedOptimizer } from "./member-optimizer.ts";
import type { MemberConfig, ResolvedConfig } from "./resolve-config.ts";
import { UserError } from "../user-error.ts";

/** The parts that train a member, created from its configuration. */
export interface MemberParts {
  readonly loss: Loss;
  readonly optimizers: readonly NamedOptimizer[];
  /** Metrics that apply to the number of classes, by name, in the order of the configuration. */
  readonly metrics: Readonly<Record<string, Metric>>;
  /** Selects the best epoch: the first of the metrics that is a mean over rows, else accuracy. */
  readonly scoredBy: { readonly name: string; readonly metric: Metric };
  /** Learning rate of a step. */
  rate(step: ScheduledStep): number;
}

export function memberParts(
  { config, container }: { readonly config: ResolvedConfig; readonly container: DependencyContainer },
  settings: MemberConfig,
  classes: number,
): MemberParts {
  const schedule = container.resolve(SCHEDULES).create(settings.schedule);
  const metrics = metricsOf({ config, container }, classes);
  const scoredBy = Object.entries(metrics).find(([, metric]) => metric.sum);
  return {
    loss: container.resolve(LOSSES).create(settings.loss),
    optimizers: settings.optimizer.map((spec) => ({ name: spec.name, optimizer: container.resolve(OPTIMIZERS).create(spec) })),
    metrics,
    scoredBy: scoredBy ? { name: scoredBy[0], metric: scoredBy[1] } : { name: "accuracy", metric: accuracyMetric },
    rate: (step) => schedule.rate(step),
  };
}

/** The run's metrics that apply to this number of classes, by name, in the order of the configuration. */
export function metricsOf(
  { config, container }: { readonly config: Pick<ResolvedConfig, "metrics">; readonly container: DependencyContainer },
  classes: number,
): Readonly<Record<string, Metric>> {
  const registry = container.resolve(METRICS);
  const all = config.metrics.map((spec) => [spec.name, registry.create(spec)] as const);
  return Object.fromEntries(all.filter(([, metric]) => metric.applies?.(classes) ?? true));
}

/** The run's metrics as from `metricsOf`, then every other registered one with its defaults; one that requires an option is left out. */
export function everyMetricOf(
  { config, container }: Parameters<typeof metricsOf>[0],
  classes: number,
): {
  readonly metrics: Readonly<Record<string, Metric>>;
  /** Why some are left out, one sentence each. */ readonly left: readonly string[];
} {
  const named = new Set(config.metrics.map(({ name }) => name));
  const left: string[] = [];
  const others = container
    .resolve(METRICS)
    .names()
    .filter((name) => !named.has(name))
    .flatMap((name) => {
      try {
        return Object.entries(metricsOf({ config: { metrics: [{ name }] }, container }, classes));
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        left.push(`${error.message} It is not measured.`);
        return [];
      }
    });
  return { metrics: { ...metricsOf({ config, container }, classes), ...Object.fromEntries(others) }, left };
}
