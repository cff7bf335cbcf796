import type { LayersModel } from "@tensorflow/tfjs";
import type { DependencyContainer } from "tsyringe";
import type { LoadedDataset } from "../dataset.ts";
import { type ModelSummary, summarizeModel } from "../model-summary.ts";
import { buildMember } from "../train/member-trainer.ts";
import { memberOptimizer } from "../train/member-optimizer.ts";
import { memberParts } from "../train/member-parts.ts";
import { namedWeights } from "../train/model-weights.ts";
import { type MemberConfig, type ResolvedConfig, settingsOf } from "../train/resolve-config.ts";
import { createVoters } from "../train/stage-votes.ts";
import type { Voter } from "../voter.ts";
import { readTeacherLogits } from "./teacher-logits.ts";

/** What an application may look at before the first epoch. */
export interface MemberToCheck {
  readonly config: ResolvedConfig;
  /** Of the members alike, the first one. */
  readonly member: number;
  readonly settings: MemberConfig;
  /** With fresh weights. Disposed after the check. */
  readonly model: LayersModel;
  readonly data: LoadedDataset;
  /** The run's own. */
  readonly voter: Voter;
}

/** Refuses a member by throwing a `UserError`. */
export type CheckMember = (member: MemberToCheck) => void | Promise<void>;

/** Members alike: the same architecture, binarizer and way of training. */
export interface MemberKind {
  readonly settings: MemberConfig;
  readonly members: readonly number[];
  readonly summary: ModelSummary;
  /** Shapes of the weights by name, `conv1/kernel`, in the net's order, running statistics included. */
  readonly weights: ReadonlyMap<string, readonly number[]>;
}

/**
 * Builds each kind of member once, so that whatever does not fit is an error before anything is written: the net and the data, the
 * optimizers and the parameters, a loss and its teacher, and what the application checks itself.
 * @throws UserError
 */
export async function checkMembers(
  config: ResolvedConfig,
  data: LoadedDataset,
  container: DependencyContainer,
  check: CheckMember | undefined,
): Promise<MemberKind[]> {
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
      memberOptimizer(model, parts.optimizers).dispose();
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
  for (const teacher of teachers) await readTeacherLogits(teacher, data, container);
  return kinds;
}
