import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { DependencyContainer } from "tsyringe";
import { ARCHITECTURES } from "../architecture.ts";
import type { LoadedDataset } from "../dataset.ts";
import type { GivenMembers } from "../train/given-members.ts";
import { buildMember } from "../train/member-trainer.ts";
import { type WeightValues, weightsFit } from "../train/model-weights.ts";
import { type ResolvedConfig, settingsOf } from "../train/resolve-config.ts";
import type { Spec } from "../registry.ts";
import { UserError } from "../user-error.ts";
import { openRun } from "./open-run.ts";
import { readMemberRecord } from "./read-member.ts";
import { readTrained } from "./read-trained.ts";
import { readRunFacts } from "./run-facts.ts";
import { memberFolder } from "./run-paths.ts";

/**
 * Expands `given` to a list of members' folders, as absolute paths: a run folder stands for its voting members, in their order. The list is
 * stored with the run, so that it does not change if the other run grows. The paths of `init` and of loss teachers become absolute too.
 * @throws UserError for a folder without a trained member, and for more members than the run has
 */
export async function findGiven(config: ResolvedConfig): Promise<ResolvedConfig> {
  const given: string[] = [];
  for (const path of config.given.map((folder) => resolve(folder))) {
    if (existsSync(join(path, "experiment.json"))) given.push(...(await votingMembers(path)));
    else if (existsSync(join(path, "model.json"))) given.push(path);
    else {
      throw new UserError(
        `given ${path}: ${existsSync(path) ? "holds neither model.json nor experiment.json" : "does not exist"}. ` +
          `Name the folder of a trained member, like runs/NAME/members/003, or a run folder.`,
      );
    }
  }
  if (given.length > config.members.length) {
    throw new UserError(
      `given: holds ${given.length} trained members, but the run has ${config.members.length}. Set members=${given.length} or more.`,
    );
  }
  return { ...withAbsolutePaths(config), given };
}

/** The configuration with absolute paths of `init` and of loss teachers. */
export function withAbsolutePaths(config: ResolvedConfig): ResolvedConfig {
  return {
    ...config,
    ...(config.init === undefined ? {} : { init: resolve(config.init) }),
    loss: withTeacher(config.loss),
    members: config.members.map((member) => ({ ...member, loss: withTeacher(member.loss) })),
  };
}

/** The loss with an absolute path of its teacher, if it has one. */
function withTeacher(loss: Spec): Spec {
  return typeof loss["teacher"] === "string" ? { ...loss, teacher: resolve(loss["teacher"]) } : loss;
}

async function votingMembers(run: string): Promise<string[]> {
  const facts = await readRunFacts(run);
  const voting: string[] = [];
  for (const member of (await openRun(run)).members) {
    const { record } = await readMemberRecord(run, member, facts);
    if (record.alpha !== undefined) voting.push(memberFolder(run, member));
  }
  if (voting.length === 0)
    throw new UserError(`given ${run}: has no trained member yet. Resume it with "benn train --resume ${run}" first.`);
  return voting;
}

/**
 * Reads each given member once, so that one that does not fit its network is reported before anything is written.
 * @throws UserError that names the folder
 */
export async function checkGiven(config: ResolvedConfig, data: LoadedDataset, container: DependencyContainer): Promise<void> {
  for (const [member, folder] of config.given.entries()) {
    const weights = await readGiven(folder);
    const model = buildMember({ config, data, container }, member, settingsOf(config, member));
    const fits = weightsFit(model, weights);
    model.dispose();
    if (!fits) {
      const net = container.resolve(ARCHITECTURES).label(settingsOf(config, member).architecture);
      throw new UserError(
        `given ${folder}: its weights do not fit member ${member}, ${net} for ${data.labels.length} classes. ` +
          `Set architecture (or a group of members) to what it was trained as.`,
      );
    }
  }
}

/** The members of `config.given`, which precede the trained ones; undefined if there are none. */
export function givenMembers({ given }: ResolvedConfig): GivenMembers | undefined {
  if (given.length === 0) return undefined;
  return { origin: { given }, count: given.length, weights: (member) => readGiven(given[member] ?? "") };
}

/** @throws UserError if a file is missing or damaged, or does not match its checksum in member.json */
async function readGiven(folder: string): Promise<WeightValues> {
  try {
    return await readTrained(folder);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`given ${error.message}`, { cause: error });
  }
}
