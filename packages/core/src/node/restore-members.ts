import type { LayersModel } from "../tensorflow.ts";
import { weightsFit, writeWeights } from "../train/model-weights.ts";
import { type MemberConfig, settingsOf } from "../train/resolve-config.ts";
import type { MemberLogits, MemberRecord } from "../train/run-store.ts";
import { type BuildTask, buildMember } from "../train/member-trainer.ts";
import { UserError } from "../user-error.ts";
import type { SavedRun } from "./open-run.ts";
import { readMember } from "./read-member.ts";

export interface RestoredMember {
  readonly member: number;
  readonly settings: MemberConfig;
  readonly record: MemberRecord;
  /** The logits stored when the member was trained. */
  readonly logits: MemberLogits;
  /** The network with its trained weights. The caller disposes it. */
  readonly model: LayersModel;
}

/**
 * Rebuilds the trained members of a run, one by one.
 * @throws UserError if the weights do not fit, or a file was changed
 */
export async function* restoreMembers({ folder, members }: SavedRun, task: BuildTask): AsyncGenerator<RestoredMember> {
  for (const member of members) {
    const settings = settingsOf(task.config, member);
    const { record, weights, logits } = await readMember(folder, member);
    const model = buildMember(task, member, settings);
    if (!weightsFit(model, weights)) {
      model.dispose();
      throw new UserError(
        `run folder ${folder}: the weights of member ${member} do not fit ${settings.architecture.name} as it is configured. Was experiment.json changed?`,
      );
    }
    writeWeights(model, weights);
    yield { member, settings, record, logits, model };
  }
}
