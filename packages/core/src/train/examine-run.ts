import type { DependencyContainer } from "tsyringe";
import { BINARIZERS } from "../binarizer.ts";
import { ContractError } from "../checked/contract-error.ts";
import type { LoadedDataset } from "../dataset.ts";
import { SCHEMES } from "../ensemble-scheme.ts";
import { examineBinarizer } from "../examine/examine-binarizer.ts";
import { examineLoss, examineMetric, examineOptimizer, examineSchedule, examineVoter } from "../examine/examine-parts.ts";
import { examineScheme } from "../examine/examine-scheme.ts";
import { UserError } from "../user-error.ts";
import { memberParts, metricsOf } from "./member-parts.ts";
import type { ResolvedConfig } from "./resolve-config.ts";
import { createVoters } from "./stage-votes.ts";

/**
 * Lets every plugin of a run compute an example, so that a plugin that violates its contract is refused before the first epoch.
 * @throws ContractError
 */
export async function examineRun(
  config: ResolvedConfig,
  data: Pick<LoadedDataset, "labels" | "train">,
  container: DependencyContainer,
): Promise<void> {
  const classes = data.labels.length;
  const steps = Math.ceil(data.train.labels.length / config.batchSize);
  const scheme = container.resolve(SCHEMES).create(config.scheme);
  await examine(() => examineScheme(scheme, `ensemble scheme ${config.scheme.name}`, data.train.labels, classes));
  for (const voter of createVoters({ config, container }).values()) await examine(() => examineVoter(voter, classes));
  for (const [name, metric] of Object.entries(metricsOf({ config, container }, classes)))
    await examine(() => examineMetric(metric, `metric ${name}`, classes));
  const kinds = new Map(config.members.map((settings) => [JSON.stringify(settings), settings]));
  for (const settings of kinds.values()) {
    const { loss, optimizers, rate } = memberParts({ config, container }, settings, classes);
    const { learningRate, epochs } = settings;
    await examine(() => examineSchedule({ rate }, { learningRate, epochs, steps }));
    await examine(() => examineLoss(loss, `loss ${settings.loss.name}`, classes));
    for (const { name, optimizer } of optimizers) await examine(() => examineOptimizer(optimizer, `optimizer ${name}`));
    const binarizer = container.resolve(BINARIZERS).create(settings.binarizer);
    await examine(() => examineBinarizer(binarizer, `binarizer ${settings.binarizer.name}`, epochs));
  }
}

/** A plugin may refuse the example, for example as too small, although it would accept the run. */
async function examine(run: () => void | Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (error instanceof ContractError || !(error instanceof UserError)) throw error;
  }
}
