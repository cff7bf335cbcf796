import type { LayersModel } from "../tensorflow.ts";
import type { DependencyContainer } from "tsyringe";
import type { LoadedDataset } from "../dataset.ts";
import { type ModelSummary, summarizeModel } from "../model-summary.ts";
import { batchNormsOf } from "../train/batch-norms.ts";
import { checkFinite } from "../train/check-finite.ts";
import { examineRun } from "../train/examine-run.ts";
import { buildMember } from "../train/member-trainer.ts";
import { memberOptimizer } from "../train/member-optimizer.ts";
import { memberParts } from "../train/member-parts.ts";
import { namedWeights, readWeights, type WeightValues, weightsFit } from "../train/model-weights.ts";
import { predictLogits } from "../train/predict-logits.ts";
import { type MemberConfig, type ResolvedConfig, settingsOf } from "../train/resolve-config.ts";
import { createVoters } from "../train/stage-votes.ts";
import { stopRule } from "../train/stop-rule.ts";
import { UserError } from "../user-error.ts";
import type { Voter } from "../voter.ts";
import { readTrained } from "./read-trained.ts";
import { openTeacherLogits } from "./teacher-logits.ts";

/** What an application may inspect before the first epoch. */
export interface MemberToCheck {
  readonly config: ResolvedConfig;
  /** Number of the first of several identical members. */
  readonly member: number;
  readonly settings: MemberConfig;
  /** Has fresh weights. Disposed after the check. */
  readonly model: LayersModel;
  readonly data: LoadedDataset;
  /** The run's voter. */
  readonly voter: Voter;
}

/** Refuses a member by throwing a `UserError`. */
export type CheckMember = (member: MemberToCheck) => void | Promise<void>;

/** Members with the same architecture, binarizer and training settings. */
export interface MemberKind {
  readonly settings: MemberConfig;
  readonly members: readonly number[];
  readonly summary: ModelSummary;
  /** Shapes of the weights by name (`conv1/kernel`), in the order of the network, running statistics included. */
  readonly weights: ReadonlyMap<string, readonly number[]>;
}

/**
 * Lets every plugin compute a small example and builds each kind of member once, so that every mismatch is reported before anything is
 * written: the rule that may end the run, the network and the data, optimizers and parameters, a loss and its teacher, the initial weights,
 * and whatever the application checks.
 * @throws UserError
 */
export async function checkMembers(
  config: ResolvedConfig,
  data: LoadedDataset,
  container: DependencyContainer,
  check: CheckMember | undefined,
): Promise<MemberKind[]> {
  if (config.validation > 0 && !data.validation) {
    throw new UserError(
      `validation: ${config.validation} of the ${data.train.labels.length} training rows holds none out. Set a larger share, or 0 for none.`,
    );
  }
  stopRule({ config, container }, data.labels.length);
  await examineRun(config, data, container);
  const init = config.init === undefined ? undefined : await readTrained(config.init);
  const alike = Map.groupBy(config.members.keys(), (member) => JSON.stringify(settingsOf(config, member)));
  const voter = createVoters({ config, container }).get(config.voter.name);
  const teachers = new Set<string>();
  const kinds: MemberKind[] = [];
  for (const members of alike.values()) {
    const [member = 0] = members;
    const settings = settingsOf(config, member);
    const parts = memberParts({ config, container }, settings, data.labels.length);
    const model = buildMember({ config, data, container }, member, settings);
    try {
      if (init && member === 0) checkInit(config, init, model);
      memberOptimizer(model, parts.optimizers).dispose();
      if (config.batchNorm.statistics === "precise") batchNormsOf(model);
      await examineModel(model, data, `architecture ${settings.architecture.name}, with fresh weights`);
      if (voter) await check?.({ config, member, settings, model, data, voter });
      kinds.push({
        settings,
        members,
        summary: summarizeModel(model),
        weights: new Map(namedWeights(model).map(([name, { shape }]) => [name, shape.map((n) => n ?? 1)])),
      });
    } finally {
      model.dispose();
    }
    if (parts.loss.teacher !== undefined) teachers.add(parts.loss.teacher);
  }
  for (const teacher of teachers) (await openTeacherLogits(teacher, data, container)).close();
  return kinds;
}

/** Runs one image, since the declared output shape of a layer may differ from what it computes. */
async function examineModel(model: LayersModel, data: LoadedDataset, who: string): Promise<void> {
  const remedy = "Fix the layers, or their initial weights.";
  checkFinite(who, await readWeights(model), remedy);
  const options = { who, batchSize: 1, shape: data.shape, classes: data.labels.length, remedy };
  for await (const _ of predictLogits(model, data.train, Int32Array.of(0), options));
}

function checkInit({ init = "" }: ResolvedConfig, weights: WeightValues, model: LayersModel): void {
  checkFinite(`init ${init}`, weights, "Name the folder of a member whose training went well.");
  if (weightsFit(model, weights)) return;
  throw new UserError(
    `init ${init}: its weights do not fit the first member. Set architecture (and the classes of the data) to what it was trained as, or leave init out.`,
  );
}
