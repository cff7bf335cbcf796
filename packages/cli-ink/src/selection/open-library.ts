import { type DependencyContainer, type LoadedDataset, type Metric, type Spec, UserError, type Voter, VOTERS } from "@benn/core";
import { addsUp } from "@benn/analysis";
import { differenceOfRuns, type Ensemble, machineMemory, openEnsemble, resolveConfig, type SavedRun } from "@benn/core/node";
import { bytes } from "../run/format.ts";

/** A member that may be selected. */
export interface Candidate {
  readonly run: string;
  readonly member: number;
  readonly architecture: string;
  readonly binarizer: string;
  /** Its contribution to the scores [rows, classes] of the vote on held-out rows when it is selected once. */
  readonly vote: Float64Array;
}

/** The members of runs on the same data, to select from. */
export interface Library {
  readonly candidates: readonly Candidate[];
  readonly ensembles: readonly Ensemble[];
  readonly voter: { readonly spec: Spec; readonly voter: Voter };
  readonly metric: { readonly name: string; readonly metric: Metric };
  /** Labels of the held-out rows. */
  readonly labels: Int32Array;
  readonly classes: readonly string[];
  readonly notes: readonly string[];
}

export interface LibraryOptions {
  readonly container: DependencyContainer;
  /** The data of the first run. */
  readonly data: LoadedDataset;
  readonly voter?: string | undefined;
  readonly metric?: string | undefined;
  /** Whether to open test rows too. */
  readonly test: boolean;
  onProgress?(progress: { readonly what: string; readonly done: number; readonly total: number }): void;
  readonly signal?: AbortSignal;
}

/**
 * Refuses runs whose members cannot be combined: without held-out rows, or with different data, held-out rows, classes or preprocessing.
 * @throws UserError that names the runs and what differs
 */
export async function refuseUnlike(runs: readonly SavedRun[], container: DependencyContainer): Promise<void> {
  const [first, ...others] = runs;
  for (const { folder, config } of runs) {
    if ((resolveConfig(config, container).validation ?? 0) > 0) continue;
    throw new UserError(
      `select: run folder ${folder} holds no images out, and members are never chosen on test images. Train with --set validation=0.1.`,
    );
  }
  for (const { folder } of others) {
    const difference = await differenceOfRuns(first!.folder, folder, container);
    if (difference === undefined) continue;
    const advice = /^(validation|validationSeed) /.test(difference)
      ? "Hold out the same images in all: the same validation and validationSeed."
      : "Choose from runs on the same data, classes and preprocessing.";
    throw new UserError(`select: ${first!.folder} and ${folder} cannot be chosen from together: ${difference}. ${advice}`);
  }
}

/** @throws UserError for a voter whose scores are not a sum, a metric that does not apply to votes, and more logits than memory holds */
export async function openLibrary(
  runs: readonly SavedRun[],
  { container, data, voter: voterName, metric: metricName, test, onProgress, signal }: LibraryOptions,
): Promise<Library> {
  const [first] = runs;
  const own = resolveConfig(first!.config, container).voter;
  const spec = voterName === undefined || voterName === own.name ? own : container.resolve(VOTERS).resolve(voterName, "--voter");
  const voter = container.resolve(VOTERS).create(spec);
  if (!addsUp(voter, [1, 2]))
    throw new UserError(`select: the ${spec.name} vote is no sum of its members' votes. ${otherVoters(container)}`);
  const rows = data.validation?.labels.length ?? 0;
  refuseTooMany(runs, rows * data.labels.length);

  const ensembles: Ensemble[] = [];
  const candidates: Candidate[] = [];
  const notes: string[] = [];
  for (const { folder } of runs) {
    const ensemble = await openEnsemble(folder, {
      container,
      data,
      splits: test ? ["test"] : [],
      ...(onProgress ? { onProgress } : {}),
      ...(signal ? { signal } : {}),
    });
    if (ensemble.otherData !== undefined)
      throw new UserError(
        `select: the data are not those that ${folder} was made with (${ensemble.otherData}). Name those with --data, or choose from other runs.`,
      );
    ensembles.push(ensemble);
    notes.push(...ensemble.notes.filter((note) => !notes.includes(note)));
    const logits = ensemble.splits.validation?.logits(0, rows) ?? [];
    for (const [place, { member, architecture, binarizer, alpha }] of ensemble.members.entries()) {
      if (alpha === undefined) continue;
      const vote = voter.vote({ logits: [logits[place]!], alphas: [1], classes: data.labels.length });
      const twin = candidates.find((one) => isSame(one.vote, vote));
      if (twin) notes.push(`${folder}: member ${member + 1} answers as ${twin.run}, member ${twin.member + 1}, and is left out.`);
      else candidates.push({ run: folder, member, architecture, binarizer, vote });
    }
  }
  const metrics = Object.entries(ensembles[0]!.metrics).filter(([, metric]) => !metric.membersOnly);
  const chosen = metricName === undefined ? metrics[0] : metrics.find(([name]) => name === metricName);
  if (!chosen)
    throw new UserError(
      `--metric: ${metricName === undefined ? "no metric of votes is registered" : `${metricName} does not measure votes`}. Known: ${metrics.map(([name]) => name).join(", ") || "none"}.`,
    );
  return {
    candidates,
    ensembles,
    voter: { spec, voter },
    metric: { name: chosen[0], metric: chosen[1] },
    labels: data.validation!.labels,
    classes: data.labels,
    notes,
  };
}

function otherVoters(container: DependencyContainer): string {
  const voters = container.resolve(VOTERS);
  const adding = voters.names().filter((name) => addsUp(voters.create(name), [1, 2]));
  return adding.length === 0 ? "No registered vote is one." : `Choose one that is, for example --voter ${adding.join(" or --voter ")}.`;
}

/** @param values of one member */
function refuseTooMany(runs: readonly SavedRun[], values: number): void {
  const [size, memory] = [8 * values * runs.reduce((sum, { members }) => sum + members.length, 0), machineMemory()];
  if (size <= memory / 2) return;
  throw new UserError(
    `select: the votes of all members on held-out images take ${bytes(size)}, and this machine has ${bytes(memory)}. Choose from fewer runs.`,
  );
}

function isSame(a: Float64Array, b: Float64Array): boolean {
  return a.every((score, i) => score === b[i]);
}
