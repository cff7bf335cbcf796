import type { KnownVerdict } from "./judge-member.ts";
import { checkFinite } from "./check-finite.ts";
import { buildMember, countRows, memberLogits, type MemberTrainer, type TrainerOptions } from "./member-trainer.ts";
import { nameOf } from "./memory-advice.ts";
import { type WeightValues, weightsFit, writeWeights } from "./model-weights.ts";
import { settingsOf } from "./resolve-config.ts";
import type { MemberLogits } from "./run-store.ts";
import { UserError } from "../user-error.ts";
import { watchScoring } from "./watch-scoring.ts";

/** Members that were trained elsewhere: a run takes their weights instead of training them. */
export interface GivenMembers {
  /** Where they come from, as plain JSON; stored in experiment.json. */
  readonly origin: Readonly<Record<string, unknown>>;
  /** How many of the first members these are; the others are trained. Absent: all of them. */
  readonly count?: number;
  /** All weights of a member, with the names and shapes of its network, in the network's order. Taken unchanged. */
  weights(member: number): Promise<WeightValues>;
  /** Logits of the member on every split, if they are known; otherwise the member is run on them. */
  logits?(member: number): Promise<MemberLogits | undefined>;
  /** What is known of the verdict on the member; the scheme computes the rest. */
  judgement?(member: number): Promise<KnownVerdict>;
  /** Called while a member's logits are computed, and awaited. An error thrown here ends the run. */
  onRows?(progress: { readonly member: number; readonly done: number; readonly total: number }): void | Promise<void>;
}

/** Placeholder: the best epoch of a given member is unknown. */
export const UNKNOWN_EPOCH = -1;

/** A trainer that does not train: it gives each network the weights of a member that was trained elsewhere. */
export function takeGiven(options: Pick<TrainerOptions, "config" | "data" | "container" | "control">, given: GivenMembers): MemberTrainer {
  const { config, data, control } = options;
  return {
    async *train({ member }) {
      const settings = settingsOf(config, member);
      const model = buildMember(options, member, settings);
      try {
        yield { type: "member-start", member, epochs: settings.epochs, steps: Math.ceil(data.train.labels.length / config.batchSize) };
        const weights = await given.weights(member);
        if (!weightsFit(model, weights)) {
          throw new UserError(`${nameOf(member)}: the weights given do not fit the net ${model.name}. Were its files changed meanwhile?`);
        }
        checkFinite(nameOf(member), weights, "Give the weights of a training that went well.");
        const known = await given.logits?.(member);
        if (known) return { finished: true, weights, bestEpoch: UNKNOWN_EPOCH, logits: known };
        writeWeights(model, weights);
        const logits = yield* watchScoring(memberLogits(options, model, member), {
          what: `scoring ${nameOf(member)}`,
          total: countRows(data),
          control,
          onRows: (done, total) => given.onRows?.({ member, done, total }),
        });
        return logits ? { finished: true, weights, bestEpoch: UNKNOWN_EPOCH, logits } : { finished: false };
      } finally {
        model.dispose();
      }
    },
  };
}
