import { ARCHITECTURES } from "../architecture.ts";
import { BINARIZERS } from "../binarizer.ts";
import { SCHEMES } from "../ensemble-scheme.ts";
import type { MemberPlan, RunStart, StopRule } from "../events.ts";
import type { Metric } from "../metric.ts";
import { summarizeModel } from "../model-summary.ts";
import { VOTERS } from "../voter.ts";
import { buildMember, type TrainerOptions } from "./member-trainer.ts";
import { settingsOf } from "./resolve-config.ts";
import type { RunStore } from "./run-store.ts";

/** The first event of a run: what it will train, and on what. */
export function runStart(
  task: Pick<TrainerOptions, "config" | "data" | "container"> & { readonly store: Pick<RunStore, "name"> },
  metrics: Readonly<Record<string, Metric>>,
  stopWhen: StopRule | undefined,
): RunStart {
  const { config, data, container, store } = task;
  return {
    type: "run-start",
    run: store.name,
    seed: config.seed,
    backend: config.backend.name,
    dataset: {
      name: config.dataset.name,
      train: data.train.labels.length,
      validation: data.validation?.labels.length ?? 0,
      test: data.test.labels.length,
      labels: data.labels,
    },
    scheme: container.resolve(SCHEMES).label(config.scheme),
    mode: config.mode,
    voter: container.resolve(VOTERS).label(config.voter),
    batchSize: config.batchSize,
    metrics: Object.entries(metrics).map(([name, { title, unit, better }]) => ({ name, title, unit, better })),
    members: memberPlans(task, 0, config.members.length),
    pretrainEpochs: config.pretrainEpochs,
    ...(stopWhen ? { stopWhen } : {}),
  };
}

/** The plans of members, from the first up to the one before `end`. */
export function memberPlans(task: Pick<TrainerOptions, "config" | "data" | "container">, first: number, end: number): MemberPlan[] {
  const { config, data, container } = task;
  const architectures = container.resolve(ARCHITECTURES);
  const binarizers = container.resolve(BINARIZERS);
  const costs = new Map<string, { parameters: number; bytes: number; realBytes: number }>();
  return Array.from({ length: Math.max(0, end - first) }, (_, nth) => {
    const member = first + nth;
    const settings = settingsOf(config, member);
    const key = JSON.stringify([settings.architecture, settings.binarizer]);
    let cost = costs.get(key);
    if (!cost) {
      const model = buildMember(task, member, settings);
      const { parameters, bytes, realBytes } = summarizeModel(model);
      model.dispose();
      costs.set(key, (cost = { parameters, bytes, realBytes }));
    }
    return {
      member,
      architecture: architectures.label(settings.architecture),
      binarizer: binarizers.label(settings.binarizer),
      epochs: settings.epochs,
      steps: Math.ceil(data.train.labels.length / config.batchSize),
      learningRate: settings.learningRate,
      ...cost,
    };
  });
}
