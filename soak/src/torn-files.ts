import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type DependencyContainer, UserError } from "@benn/core";
import { checkRun, evaluateRun, mendRun } from "@benn/core/node";
import { exportRun } from "@benn/packed/export";
import vote from "@benn/vote";
import * as tf from "@benn/core/tensorflow";
import type { Random } from "../../packages/core/src/random.ts";
import { folderBytes } from "../../packages/core/src/node/folder-bytes.ts";
import { drawsOf, type Exam, Fault, oneOf, type Part, type Setting, tryEach } from "./part.ts";
import { spread } from "./spread.ts";
import { goOn, openToyContainer, runIn, type ToyRun } from "./toy/toy-runs.ts";

/** A damaged copy is opened in each of these ways, none of which may give a wrong result. */
type Way = "eval" | "export" | "resume" | "mend";

const DAMAGES = ["cut", "a bit flipped", "a block of zeros", "emptied", "removed", "another's in its place", "grown"] as const;
/** Number of draws of each damage of each file at full share. */
const DRAWS = 5;

interface Base {
  readonly name: string;
  readonly run: ToyRun;
  readonly out: string;
  /** Contents of the finished run. */
  readonly wanted: Readonly<Record<string, string>>;
  /** Of the undamaged copy. */
  readonly evaluation: unknown;
  readonly exported: Uint8Array;
  readonly files: readonly string[];
}

export const tornFiles: Part = {
  name: "torn-files",
  summary:
    "Every file of finished and of interrupted runs is cut, flipped, zeroed, emptied, removed, grown or exchanged. fsck, eval, export, --resume and fsck --mend must each refuse it in a sentence, or give exactly what the whole run gives.",
  open,
};

async function open(setting: Setting): Promise<Exam> {
  await tf.setBackend("cpu");
  const bases = await makeBases(setting.folder);
  const cases = bases.flatMap((base) =>
    base.files.flatMap((file) => DAMAGES.flatMap((damage) => Array.from({ length: DRAWS }, () => ({ base, file, damage })))),
  );
  const inOrder = spread(cases);
  const ways = new Map<string, number>();
  return {
    trials: cases.length,
    run: tryEach(async (number) => {
      const { base, file, damage } = inOrder(number);
      const random = drawsOf(setting, "torn-files", number);
      const about = `${base.name}, ${file}: ${damage}`;
      const damaged = join(setting.folder, String(number));
      cpSync(base.out, damaged, { recursive: true });
      const spoiled = spoil(runIn(damaged), file, damage, base, random);
      if (spoiled.length === 0) return "left as it was";
      const refusals: string[] = [];
      for (const way of ["eval", "export", "resume", "mend"] as const) {
        const copy = join(setting.folder, `${number}-${way}`);
        cpSync(damaged, copy, { recursive: true });
        const answer = await lookInto({ way, out: copy, base, about, spoiled });
        ways.set(`${way} ${answer}`, (ways.get(`${way} ${answer}`) ?? 0) + 1);
        if (answer !== "right") refusals.push(way);
        rmSync(copy, { recursive: true, force: true });
      }
      rmSync(damaged, { recursive: true });
      return refusals.length === 0 ? "right in every way" : "refused, told or mended";
    }),
    notes: () => [
      [...ways]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([way, n]) => `${way} ${n}`)
        .join(", "),
    ],
  };
}

/** The toy problem with voters that can be exported. */
function openContainer(): DependencyContainer {
  const container = openToyContainer();
  void vote.register(container);
  return container;
}

async function makeBases(folder: string): Promise<readonly Base[]> {
  const config = {
    dataset: { name: "blobs", rows: 48 },
    scheme: "boost",
    voter: "soft",
    members: 3,
    epochs: 2,
    batchSize: 32,
    learningRate: 0.02,
    checkpointSeconds: 0,
    scoreEvery: 1,
    validation: 0.2,
    name: "toy",
  } as const;
  const boosted: ToyRun = { name: "boosted", config: { ...config, pretrainEpochs: 1 }, threads: false };
  const whole = join(folder, "finished");
  await train(boosted, whole);
  const wanted = await folderBytes(runIn(whole));
  const broken = join(folder, "interrupted");
  await train(boosted, broken, 2);
  return await Promise.all(
    [
      { name: "finished", out: whole },
      { name: "interrupted", out: broken },
    ].map(async ({ name, out }) => ({
      name,
      run: boosted,
      out,
      wanted,
      evaluation: await evaluationOf(runIn(out)),
      exported: (await exportRun(runIn(out), { container: openContainer() })).bytes,
      files: readdirSync(runIn(out), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(runIn(out), join(entry.parentPath, entry.name)))
        .toSorted(),
    })),
  );
}

/** @param until the member during whose training it is interrupted */
async function train(run: ToyRun, out: string, until = Infinity): Promise<readonly string[]> {
  const warnings: string[] = [];
  await goOn(run, out, {
    container: openContainer(),
    onEvent(event) {
      if (event.type === "warning") warnings.push(event.message);
      return event.type === "epoch" && event.member >= until;
    },
  });
  return warnings;
}

async function evaluationOf(folder: string): Promise<unknown> {
  const { folder: _where, ...evaluation } = await evaluateRun(folder, { container: openContainer() });
  return evaluation;
}

/** Damages a file. @returns the files that differ from before */
function spoil(folder: string, file: string, damage: (typeof DAMAGES)[number], base: Base, random: Random): readonly string[] {
  const path = join(folder, file);
  const bytes = readFileSync(path);
  const whole = Buffer.from(bytes);
  if (damage === "removed") rmSync(path);
  else if (damage === "cut") truncateSync(path, random.integer(Math.max(1, bytes.length)));
  else if (damage === "emptied") truncateSync(path, 0);
  else if (damage === "grown")
    writeFileSync(path, Buffer.concat([bytes, Buffer.from(Array.from({ length: 1 + random.integer(64) }, () => random.integer(256)))]));
  else if (damage === "another's in its place") {
    const others = base.files.filter(
      (other) => other !== file && (dirname(other) === dirname(file) || other.split("/").at(-1) === file.split("/").at(-1)),
    );
    if (others.length === 0) return [];
    const name = oneOf(others, random);
    const other = join(folder, name);
    renameSync(other, `${other}.swap`);
    renameSync(path, other);
    renameSync(`${other}.swap`, path);
    return bytes.equals(readFileSync(path)) ? [] : [file, name];
  } else if (bytes.length > 0) {
    const at = random.integer(bytes.length);
    if (damage === "a bit flipped") bytes[at]! ^= 1 << random.integer(8);
    else bytes.fill(0, at, Math.min(bytes.length, at + 1 + random.integer(512)));
    writeFileSync(path, bytes);
  }
  return existsSync(path) && readFileSync(path).equals(whole) ? [] : [file];
}

/** @throws Fault for a wrong result without a message */
async function lookInto({
  way,
  out,
  base,
  about,
  spoiled,
}: {
  readonly way: Way;
  readonly out: string;
  readonly base: Base;
  readonly about: string;
  readonly spoiled: readonly string[];
}): Promise<"right" | "refused" | "told" | "mended"> {
  const folder = runIn(out);
  try {
    const report = await checkRun(folder);
    const told = report.damaged.length > 0;
    if (way === "eval") {
      if (!isDeepStrictEqual(await evaluationOf(folder), base.evaluation))
        throw new Fault(`${about}: eval gives another result without a word`);
      return "right";
    }
    if (way === "export") {
      const { bytes } = await exportRun(folder, { container: openContainer() });
      if (!Buffer.from(bytes).equals(base.exported)) throw new Fault(`${about}: export gives another file without a word`);
      return "right";
    }
    if (way === "resume") {
      const warnings = await train(base.run, out);
      // What is damaged and no longer needed may stay so; it must have no effect.
      for (const name of spoiled) rmSync(join(folder, name), { force: true });
      const other = Object.entries(await folderBytes(folder)).find(([name, bytes]) => bytes !== base.wanted[name]);
      if (other === undefined) return "right";
      if (warnings.length > 0) return "told";
      throw new Fault(`${about}: --resume ends without a word, though ${other[0]} is not as in a run undisturbed`);
    }
    const { report: after } = await mendRun(folder, { container: openContainer() });
    if (after.damaged.length > 0) return "refused";
    await train(base.run, out);
    const difference = differenceOfWhole(await folderBytes(folder), base.wanted);
    if (difference === undefined) return told ? "mended" : "right";
    throw new Fault(`${about}: fsck --mend says that the run is whole, though ${difference}`);
  } catch (error) {
    if (error instanceof Fault) throw error;
    if (!(error instanceof UserError)) throw new Error(`${about}: ${way}`, { cause: error });
    if (!/^[^\n]+[.?]$/.test(error.message))
      throw new Fault(`${about}: ${way} refuses it, but not in a sentence: ${JSON.stringify(error.message)}`);
    return "refused";
  }
}

/** What mending must preserve: steps of a log and the best epoch of a record may be lost. */
function differenceOfWhole(found: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): string | undefined {
  const may = (name: string): boolean => name === "events.jsonl" || name.endsWith("member.json") || name === "experiment.json";
  const name = Object.keys(wanted).find((key) => !may(key) && found[key] !== wanted[key]);
  return name === undefined ? undefined : `${name} is not as in a run undisturbed`;
}
