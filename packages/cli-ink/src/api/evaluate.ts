import { type EnsembleEvaluation, evaluateInSteps, SPLIT_WORDS } from "@benn/analysis";
import { type SplitName, UserError } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import { type Ensemble, openEnsemble } from "@benn/core/node";
import { inSteps } from "../command/in-steps.ts";
import type { Progress } from "../command/progress-line.ts";
import { openRuns, type RunSettings } from "./open-runs.ts";

export interface EvaluateSettings extends RunSettings {
  /** The split on which the final vote is evaluated in detail. Default "test". */
  readonly on?: SplitName;
  /** Splits on which members and votes are evaluated. Default: all; with `mirror`, test. */
  readonly splits?: readonly SplitName[];
  /** Runs the members again, and says how far they agree with what was stored. Default false. */
  readonly again?: boolean;
  /** Takes the mean of each member's logits of an image and of its mirror image. Default false. */
  readonly mirror?: boolean;
  /** Name of another backend than the run's. */
  readonly backend?: string;
}

/**
 * Evaluates the members of a run and their votes, as `benn eval` does.
 *
 *     const { vote } = await evaluate("runs/NAME");
 *
 * @throws UserError when the run cannot be opened, or has no vote yet
 */
export async function evaluate(folder: string, settings: EvaluateSettings = {}): Promise<EnsembleEvaluation> {
  const { on = "test", again = false, mirror = false, backend } = settings;
  const { container, given, watch } = await openRuns([folder], settings, { anyBackend: backend !== undefined });
  // The split that is looked at in detail is among those asked for; mirror images of training samples only if they are.
  const asked = settings.splits ?? (mirror ? ["test" as const] : undefined);
  const ensemble = await openEnsemble(folder, {
    container,
    mirror,
    again,
    ...watch,
    ...given,
    ...(backend === undefined ? {} : { backend: { name: backend } }),
    ...(asked === undefined ? {} : { splits: [...new Set([...asked, on])] }),
  });
  return await judge(ensemble, on, { who: "eval", ...watch });
}

/** @param who the caller's name, for messages */
export async function judge(
  ensemble: Ensemble,
  on: SplitName,
  { who, ...watch }: { readonly who: string; readonly signal: AbortSignal; onProgress(progress: Progress): void },
): Promise<EnsembleEvaluation> {
  const { folder, members, splits } = ensemble;
  if (members.every(({ alpha }) => alpha === undefined))
    throw new UserError(
      `run folder ${folder}: none of its members has a vote yet: the scheme has dropped them. Resume it with "benn train --resume ${folder}".`,
    );
  if (!splits[on])
    throw new UserError(
      `${who} --on ${on}: run folder ${folder} has no ${SPLIT_WORDS[on]} rows${on === "validation" ? ": none were held out. Train with --set validation=0.1" : " among those asked for"}.`,
    );
  return await inSteps(evaluateInSteps(ensemble, { on, random: createRandom(0, "eval") }), { what: "judging, rows", ...watch });
}
