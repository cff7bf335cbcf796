import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { DependencyContainer } from "tsyringe";
import { z } from "zod";
import { ARCHITECTURES } from "../architecture.ts";
import type { LoadedDataset } from "../dataset.ts";
import type { GivenMembers } from "../train/given-members.ts";
import { buildMember } from "../train/member-trainer.ts";
import { type WeightValues, weightsFit } from "../train/model-weights.ts";
import { type ResolvedConfig, settingsOf } from "../train/resolve-config.ts";
import { UserError } from "../user-error.ts";
import { readModelFiles } from "./model-files.ts";
import { openRun } from "./open-run.ts";

/** What is looked at of a trained member's member.json. */
const memberJson = z.object({ alpha: z.number().optional(), sha256: z.string() });

/**
 * Makes `given` a list of members' folders, as absolute paths: a run folder stands for its members that vote, in their
 * order. The list is kept with the run, so that a run which grows meanwhile does not change another.
 * @throws UserError for a folder that holds no trained member, and for more members than the run has
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
  return { ...config, given };
}

async function votingMembers(run: string): Promise<string[]> {
  const folders = (await openRun(run)).members.map((member) => join(run, "members", String(member).padStart(3, "0")));
  const voting: string[] = [];
  for (const folder of folders) if ((await readMemberJson(folder))?.alpha !== undefined) voting.push(folder);
  if (voting.length === 0)
    throw new UserError(`given ${run}: has no trained member yet. Go on with it by "benn train --resume ${run}" first.`);
  return voting;
}

/**
 * Reads each given member once, so that one which does not fit its net is an error before anything is written.
 * @throws UserError naming the folder
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

/** The members of `config.given`, which come before those that are trained; undefined without any. */
export function givenMembers({ given }: ResolvedConfig): GivenMembers | undefined {
  if (given.length === 0) return undefined;
  return { origin: { given }, count: given.length, weights: (member) => readGiven(given[member] ?? "") };
}

/** @throws UserError when a file is missing or damaged, or the weights are not those that member.json vouches for */
async function readGiven(folder: string): Promise<WeightValues> {
  const weights = await readModelFiles(folder);
  const saved = await readMemberJson(folder);
  const found = createHash("sha256")
    .update(await readFile(join(folder, "weights.bin")))
    .digest("hex");
  if (saved && found !== saved.sha256) {
    throw new UserError(
      `given ${folder}: weights.bin has SHA-256 ${found}, member.json says ${saved.sha256}. The file was changed; restore it.`,
    );
  }
  return weights;
}

/** Undefined for a model that no run has made. */
async function readMemberJson(folder: string): Promise<z.output<typeof memberJson> | undefined> {
  const path = join(folder, "member.json");
  if (!existsSync(path)) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new UserError(`${path}: is not JSON. The file was damaged.`, { cause });
  }
  const parsed = memberJson.safeParse(json);
  if (!parsed.success) throw new UserError(`${path}: is not the record of a trained member. Was it edited?`);
  return parsed.data;
}
