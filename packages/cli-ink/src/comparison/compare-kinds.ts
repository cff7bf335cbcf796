import { cpus } from "node:os";
import {
  answerCosts,
  type ComparedKind,
  compareRetrainings,
  type CostComparison,
  fittedVoters,
  matchCosts,
  type Retrained,
} from "@benn/analysis";
import { ARCHITECTURES, BACKENDS, type DependencyContainer, UserError } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import { type Ensemble, openEnsemble, type ResolvedConfig } from "@benn/core/node";
import { percent } from "../run/format.ts";
import type { Progress } from "../command/progress-line.ts";
import { kindCosts } from "./kind-costs.ts";
import type { WantedKind } from "./wanted-runs.ts";

export interface CompareTask {
  readonly name: string;
  readonly kinds: readonly WantedKind[];
  /** Run folders by kind and seed. */
  readonly folders: readonly (readonly string[])[];
  readonly container: DependencyContainer;
  readonly config: ResolvedConfig;
  /** Whether to measure milliseconds. */
  readonly time: boolean;
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
}

/** Compares kinds of networks by trained runs: test accuracy over seeds, cost, and which is better at equal cost. */
export async function compareKinds(task: CompareTask): Promise<CostComparison> {
  const { name, kinds, folders, container, config, time, signal, onProgress } = task;
  const voter = config.voter.name;
  await container.resolve(BACKENDS).create(config.backend).activate();
  const compared: ComparedKind[] = [];
  const notes: string[] = [];
  let labels: Int32Array | undefined;
  const steps = 2 * kinds.length;
  for (const [i, { name: kind, bits, binarizer, runs }] of kinds.entries()) {
    onProgress({ what: `votes of ${kind}, kinds`, done: 2 * i, total: steps });
    const ensembles: Ensemble[] = [];
    for (const folder of folders[i]!) ensembles.push(await openEnsemble(folder, { container, splits: ["test"], signal }));
    const [first] = ensembles;
    labels ??= first!.splits.test!.labels;
    for (const ensemble of ensembles) {
      if (!isSame(ensemble.splits.test!.labels, labels))
        throw new UserError(
          `compare: ${ensemble.folder} has other test images than ${folders[0]![0]}. Leave it out of the folders that runs are taken from.`,
        );
      notes.push(...ensemble.notes.map((note) => `${ensemble.folder}: ${note}`));
    }
    const retrained = ensembles.map((ensemble) => firstVoters(ensemble, voter, runs[0]!.members));
    const stages = compareRetrainings({ labels, classes: first!.classes.length }, retrained, createRandom(0, "compare", kind));
    if (stages.length < runs[0]!.members)
      notes.push(
        `Of ${kind} ${stages.length} of ${runs[0]!.members} members vote in each run: the scheme has dropped the others, or has ended early.`,
      );
    onProgress({ what: `costs of ${kind}, kinds`, done: 2 * i + 1, total: steps });
    const { costs, realShare, packed, reason } = await kindCosts(folders[i]![0]!, { container, voter, members: stages.length, time });
    signal.throwIfAborted();
    if (bits === 1 && realShare > 0.5)
      notes.push(
        `Layers of real values take ${percent(realShare)} of the bit operations of a 1-bit net, so more bits in the other layers cost next to nothing there. In a net of few bits alone, like nin with architecture.binary=all, they would.`,
      );
    if (reason !== undefined)
      notes.push(`${kind}: bytes are counted and no time is measured, since the run cannot be packed: ${firstSentences(reason)}`);
    compared.push({
      name: kind,
      bits,
      binarizer,
      runs: runs.map(({ seed }, k) => ({ folder: folders[i]![k]!, seed })),
      packed,
      ensembles: stages.map(({ members, accuracies, accuracy, churn }, k) => ({ members, accuracies, accuracy, churn, cost: costs[k]! })),
    });
  }
  const [ones, ...others] = compared;
  const matches = matchCosts(ones!, others);
  return {
    format: 1,
    name,
    architecture: container.resolve(ARCHITECTURES).label(config.architecture),
    voter,
    seeds: kinds[0]!.runs.map(({ seed }) => seed),
    rows: labels!.length,
    kinds: compared,
    matches,
    ...(time ? { machine: cpus()[0]?.model.trim() ?? "this machine" } : {}),
    answer: answerCosts(matches),
    notes: [...new Set(notes)],
  };
}

/** A reason may list every layer with the same words. */
function firstSentences(reason: string): string {
  return reason
    .split(/(?<=\.) /)
    .slice(0, 2)
    .join(" ");
}

/** The first members that vote. */
function firstVoters(ensemble: Ensemble, voter: string, most: number): Retrained {
  const places = ensemble.members.flatMap(({ alpha }, place) => (alpha === undefined ? [] : [place])).slice(0, most);
  if (places.length === 0)
    throw new UserError(
      `compare: none of the members of ${ensemble.folder} has a vote: the scheme has dropped them. Compare by another scheme.`,
    );
  const { labels, logits } = ensemble.splits.test!;
  const all = logits(0, labels.length);
  return {
    logits: places.map((place) => all[place]!),
    alphas: places.map((place) => ensemble.members[place]!.alpha!),
    voters: fittedVoters(ensemble, places).map((byName) => byName.get(voter)!),
  };
}

function isSame(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((label, row) => label === b[row]);
}
