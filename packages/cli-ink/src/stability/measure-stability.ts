import {
  compareRetrainings,
  disturbanceOf,
  fittedVoters,
  type MeasuredNoise,
  type Noise,
  type Retrained,
  type Stability,
  summarizeDraws,
} from "@benn/analysis";
import { type DependencyContainer, type LoadedDataset, UserError } from "@benn/core";
import { createRandom, shuffle } from "@benn/core/internals";
import type { Ensemble, ResolvedConfig, SavedRun } from "@benn/core/node";
import type { Progress } from "../command/progress-line.ts";
import { noiseText } from "./parse-noise.ts";
import { type DisturbedMembers, openDisturbedMembers } from "./disturbed-members.ts";

export interface StabilityTask {
  readonly run: SavedRun;
  readonly config: ResolvedConfig;
  readonly container: DependencyContainer;
  readonly data: LoadedDataset;
  /** The run, then its retrainings, with their test rows. */
  readonly ensembles: readonly Ensemble[];
  /** Seeds of the runs, if there are several. */
  readonly seeds: readonly number[];
  /** SHA-256 of the weights of the voting members. */
  readonly weights: readonly string[];
  readonly noise: readonly Noise[];
  readonly draws: number;
  /** Maximum number of test rows to measure noise on. */
  readonly rows: number;
  readonly seed: number;
  readonly voter: string;
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
}

/**
 * Measures how much the votes of the first 1, 2, … members change under noise, and between trainings.
 * @throws UserError if there is nothing to measure; the signal's reason once that is aborted
 */
export async function measureStability(task: StabilityTask): Promise<Stability> {
  const { run, data, ensembles, seeds, weights, draws, seed, voter } = task;
  const ensemble = ensembles[0]!;
  const voting = votersOf(ensemble, voter);
  const rows = drawnRows(data.test.labels.length, task.rows, seed);
  const { clean, noise, notes } = await measureNoise(task, voting, rows);
  return {
    format: 1,
    folder: run.folder,
    voter,
    seed,
    rows: rows.length,
    draws,
    members: voting.members.map((member, i) => ({ member, weights: weights[i]! })),
    clean,
    noise,
    ...(ensembles.length > 1
      ? {
          retrainings: {
            runs: ensembles.map(({ folder }, i) => ({ folder, seed: seeds[i]! })),
            rows: ensemble.splits.test!.labels.length,
            stages: compareRetrainings(
              { labels: ensemble.splits.test!.labels, classes: ensemble.classes.length },
              ensembles.map((one) => retrained(one, voter)),
              createRandom(seed, "stability", "retrainings"),
            ),
          },
        }
      : {}),
    notes: [...new Set([...ensembles.flatMap((one) => one.notes), ...notes])],
  };
}

interface Voting extends Pick<Retrained, "alphas" | "voters"> {
  /** Numbers of the voting members, and their indices among the trained ones. */
  readonly members: readonly number[];
  readonly places: readonly number[];
}

function votersOf(ensemble: Ensemble, voter: string): Voting {
  const places = ensemble.members.flatMap(({ alpha }, place) => (alpha === undefined ? [] : [place]));
  if (places.length === 0)
    throw new UserError(
      `run folder ${ensemble.folder}: none of its members has a vote yet: the scheme has dropped them. Resume it with "benn train --resume ${ensemble.folder}".`,
    );
  return {
    places,
    members: places.map((place) => ensemble.members[place]!.member),
    alphas: places.map((place) => ensemble.members[place]!.alpha!),
    voters: fittedVoters(ensemble, places, [voter]).map((byName) => byName.get(voter)!),
  };
}

function retrained(ensemble: Ensemble, voter: string): Retrained {
  const { labels, logits } = ensemble.splits.test!;
  const { alphas, voters, places } = votersOf(ensemble, voter);
  const all = logits(0, labels.length);
  return { alphas, voters, logits: places.map((place) => all[place]!) };
}

/** Sorted, so that a split reads them sequentially. */
function drawnRows(all: number, most: number, seed: number): Int32Array {
  const rows = Int32Array.from({ length: all }, (_, row) => row);
  if (most >= all) return rows;
  return shuffle(rows, createRandom(seed, "stability", "rows"))
    .slice(0, most)
    .toSorted();
}

type Measured = Pick<Stability, "clean" | "noise" | "notes">;

async function measureNoise(task: StabilityTask, { members, places, alphas, voters }: Voting, rows: Int32Array): Promise<Measured> {
  const { data, ensembles, seed, draws, onProgress } = task;
  const { length: all } = data.test.labels;
  const vote = { labels: rows.map((row) => data.test.labels[row]!), classes: data.labels.length, alphas, voters };
  const accuracies = (logits: readonly Float32Array[], measure = disturbanceOf(vote, logits)): Stability["clean"] => {
    const { single, stages } = measure(logits);
    return { single: single.accuracy, stages: stages.map(({ accuracy }) => accuracy) };
  };
  if (task.noise.length === 0) {
    const stored = ensembles[0]!.splits.test!.logits(0, all);
    return { clean: accuracies(places.map((place) => rowsOf(stored[place]!, rows, vote.classes))), noise: [], notes: [] };
  }
  const opened = await openDisturbedMembers({ ...task, voting: members, rows });
  try {
    const { noise, notes } = applicable(task.noise, opened);
    if (noise.length === 0 && ensembles.length === 1)
      throw new UserError(`stability: nothing is left to measure of ${task.run.folder}. ${notes.join(" ")}`);
    const total = (1 + noise.length * draws) * members.length * rows.length;
    let before = 0;
    const logitsOf = async (what: string, own: Noise | undefined, draw: number): Promise<Float32Array[]> => {
      const found = await opened.logits(own, draw, (done) => onProgress({ what, done: before + done, total }));
      before += members.length * rows.length;
      return found;
    };
    const undisturbed = await logitsOf("without noise", undefined, 0);
    const measure = disturbanceOf(vote, undisturbed);
    const measured: MeasuredNoise[] = [];
    for (const own of noise) {
      const found = [];
      for (let draw = 0; draw < draws; draw++)
        found.push(measure(await logitsOf(`${noiseText(own)}, draw ${draw + 1} of ${draws}`, own, draw)));
      measured.push({ ...own, ...summarizeDraws(found, createRandom(seed, "stability", own.kind, String(own.level))) });
    }
    return { clean: accuracies(undisturbed, measure), noise: measured, notes };
  } finally {
    opened.dispose();
  }
}

function rowsOf(logits: Float32Array, rows: Int32Array, classes: number): Float32Array {
  const own = new Float32Array(rows.length * classes);
  for (const [i, row] of rows.entries()) own.set(logits.subarray(row * classes, (row + 1) * classes), i * classes);
  return own;
}

/** Leaves out noise that has nothing to act on; a note names it. */
function applicable(
  noise: readonly Noise[],
  opened: DisturbedMembers,
): { readonly noise: readonly Noise[]; readonly notes: readonly string[] } {
  const lacking = [...new Set(noise.map(({ kind }) => kind))].filter((kind) => !opened.has(kind));
  return {
    noise: noise.filter(({ kind }) => !lacking.includes(kind)),
    notes: lacking.map((kind) => `No layer of its members has ${kind} of few bits, so no bits of ${kind} are flipped.`),
  };
}
