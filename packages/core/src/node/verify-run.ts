import { existsSync } from "node:fs";
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DependencyContainer } from "tsyringe";
import type { RunEvent, Steered } from "../events.ts";
import type { Spec } from "../registry.ts";
import { RunControl } from "../run-control.ts";
import { resolveConfig } from "../train/resolve-config.ts";
import { UserError } from "../user-error.ts";
import { decodeCheckpoint } from "./checkpoint-file.ts";
import { readEvents } from "./event-log.ts";
import { readExperiment } from "./experiment.ts";
import type { Executor } from "./lanes/executor.ts";
import type { SavedMember } from "./member-file.ts";
import { readMemberRecord } from "./read-member.ts";
import { readRunFacts } from "./run-facts.ts";
import { checkpointFile, memberFolder, verifyPointFile } from "./run-paths.ts";
import { startFolder } from "./start-model.ts";
import { train } from "./train.ts";

export interface VerifyOptions {
  readonly container: DependencyContainer;
  /** How many of the first members to train again. Default: all that have a record, or one if a checkpoint is stored. */
  readonly members?: number;
  /** Trains from the beginning, even if a checkpoint is stored. Default false. */
  readonly whole?: boolean;
  /** Where the data are now. */
  readonly dataset?: Spec;
  /** Stops the verification from outside. */
  readonly control?: RunControl;
  /** Where members are trained. Default: one by one in this thread. */
  readonly executor?: Executor;
  onEvent?(event: RunEvent): void;
}

/** A value of a member's record that differs. */
export interface Difference {
  /** The name of a file of the member, with its SHA-256 as values; or a key of `member.json`. */
  readonly what: string;
  readonly stored: string;
  /** Undefined if the second training did not write such a file. */
  readonly found: string | undefined;
}

export interface VerifiedMember {
  readonly member: number;
  /** What both trainings agree on: SHA-256 of files by name, values of `member.json` by key. */
  readonly same: Readonly<Record<string, string>>;
  readonly differences: readonly Difference[];
}

export interface Verification {
  readonly folder: string;
  /** Number of epochs before the point where training resumed; 0: trained from the beginning. */
  readonly fromEpoch: number;
  readonly members: readonly VerifiedMember[];
  /** False if it was stopped before all members were compared. */
  readonly complete: boolean;
}

/**
 * Trains a run again in a temporary folder, from its beginning or from the checkpoint in `verify/`, and compares the result with the run's
 * records: SHA-256 of weights and logits, metrics, alpha and error. Reads only `experiment.json`, the `member.json` of each member, and
 * what training starts from; weights and logits need not exist.
 * @throws UserError if the run has no record of a finished member, its members were trained elsewhere, or its data differ
 */
export async function verifyRun(folder: string, options: VerifyOptions): Promise<Verification> {
  const { container, dataset, executor } = options;
  const control = options.control ?? new RunControl();
  const { config, origin } = await readExperiment(folder);
  if (origin)
    throw new UserError(
      `run folder ${folder}: its members were trained elsewhere, so there is nothing to train again here. ` +
        "Verify the runs that they come from: origin in experiment.json names them.",
    );
  const facts = await readRunFacts(folder);
  const recorded = await recordedMembers(folder);
  if (recorded === 0)
    throw new UserError(
      `run folder ${folder}: has no record of a finished member (members/000/member.json), so there is nothing to compare with.`,
    );
  const point = verifyPointFile(folder);
  const kept = !options.whole && existsSync(point) ? decodeCheckpoint(await readFile(point), point) : undefined;
  const from = kept?.checkpoint;
  if (from && from.member > 0)
    throw new UserError(
      `${point}: is of member ${from.member + 1}. A run is taken up within its first member; verify it whole, by --whole.`,
    );
  const wanted = Math.min(options.members ?? (from ? 1 : recorded), recorded);
  const work = await mkdtemp(join(tmpdir(), "benn-verify-"));
  try {
    const again = { ...config, ...(dataset ? { dataset } : {}) };
    const resume = join(work, "again");
    if (kept) await copyStart(folder, resume, kept.covered.events);
    else if (config.init !== undefined && existsSync(startFolder(folder))) again.init = startFolder(folder);
    control.plan(await steeringOf(folder));
    control.addMembers(Math.max(0, wanted - resolveConfig(config, container).members.length)); // members that were added during the run
    const run = train(from && !dataset ? undefined : from ? again : { ...again, name: "again" }, {
      container,
      control,
      ...(from ? { resume } : { out: work, sameDataAs: folder }),
      ...(executor ? { executor } : {}),
    });
    const ended = new Set<number>();
    for await (const event of run) {
      options.onEvent?.(event);
      if (event.type !== "member-end") continue;
      ended.add(event.member);
      if (Array.from({ length: wanted }, (_, member) => member).every((member) => ended.has(member))) break;
    }
    const members: VerifiedMember[] = [];
    for (let member = 0; member < wanted && ended.has(member); member++) {
      const stored = await readMemberRecord(folder, member, facts);
      const found = await readMemberRecord(resume, member, await readRunFacts(resume));
      members.push({ member, ...compare(values(stored), values(found)) });
    }
    return { folder, fromEpoch: from?.training?.epoch ?? 0, members, complete: members.length === wanted };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The steering of a run's members during training. A run without a log, such as a published one, was not steered or cannot be verified. */
async function steeringOf(folder: string): Promise<Steered[]> {
  const log = join(folder, "events.jsonl");
  const steered: Steered[] = [];
  if (!existsSync(log)) return steered;
  for await (const event of readEvents(log, { follow: false, only: ["run-start", "steer"] }))
    if (event.type === "steer") steered.push(event);
  return steered;
}

/** Number of consecutive members, from the first on, that have a record. */
async function recordedMembers(folder: string): Promise<number> {
  const names = await readdir(join(folder, "members")).catch(() => []);
  let count = 0;
  while (names.length > count && existsSync(join(memberFolder(folder, count), "member.json"))) count += 1;
  return count;
}

/**
 * Creates a run folder in the state of the checkpoint in `verify/`.
 * @param events bytes of the log that the checkpoint covers
 */
async function copyStart(folder: string, to: string, events: number): Promise<void> {
  await mkdir(join(to, "checkpoint"), { recursive: true });
  const parts = ["experiment.json", "preprocessing.safetensors", "labels.safetensors", "weights", "start"];
  for (const part of parts.filter((name) => existsSync(join(folder, name))))
    await cp(join(folder, part), join(to, part), { recursive: true });
  await writeFile(join(to, "events.jsonl"), (await readFile(join(folder, "events.jsonl"))).subarray(0, events));
  await copyFile(verifyPointFile(folder), checkpointFile(to));
}

/** The values of a record, by the names of files and keys. */
function values({ record, files, sampleWeights }: SavedMember): Record<string, string> {
  const keys = Object.entries({ ...record, sampleWeights }).filter(([, value]) => value !== undefined);
  return { ...files, ...Object.fromEntries(keys.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)])) };
}

function compare(stored: Readonly<Record<string, string>>, found: Readonly<Record<string, string>>): Omit<VerifiedMember, "member"> {
  const names = Object.keys({ ...stored, ...found });
  const isSame = (what: string): boolean => stored[what] === found[what];
  return {
    same: Object.fromEntries(names.filter(isSame).map((name) => [name, stored[name] ?? ""])),
    differences: names.filter((name) => !isSame(name)).map((what) => ({ what, stored: stored[what] ?? "", found: found[what] })),
  };
}
