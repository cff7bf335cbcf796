import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { compareMembers, type EnsembleEvaluation, type FinalAnswers, finalAnswersInSteps, rightRows } from "@benn/analysis";
import { BINARIZERS, type LoadedDataset, type SplitName, UserError, VOTERS } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import { loadDataset, openEnsemble, readExperiment, resolveConfig } from "@benn/core/node";
import { heldOutReuses } from "@benn/packed/export";
import { flattenConfig, pickImages, type ReportedImages, type ReportedMember, type ReportedRun, type Twin } from "@benn/report";
import { judge } from "../api/evaluate.ts";
import { openRuns, type RunSettings } from "../api/open-runs.ts";
import { inSteps } from "../command/in-steps.ts";
import type { Progress } from "../command/progress-line.ts";
import { fileChecksum } from "../run/file-checksum.ts";
import { readStability } from "../stability/kept-stability.ts";
import { readOrigin } from "./read-origin.ts";
import { nearestRecipe } from "./nearest-recipe.ts";
import { packRun } from "./pack-run.ts";
import { readSampleWeights } from "./read-sample-weights.ts";
import { readStory, type RunStory } from "./read-story.ts";
import { thumbnailsOf } from "./thumbnails.ts";

export interface GatherOptions extends Omit<RunSettings, "signal" | "onProgress"> {
  /** Split for the detailed evaluation of the vote. */
  readonly on: SplitName;
  /** Name of the run in the report. */
  readonly name: string;
  /** Preset to compare the configuration with; default: the nearest. */
  readonly preset?: string | undefined;
  /** Run folder of the real-valued twin. */
  readonly twin?: string | undefined;
  /** Whether to time the packed runtime. */
  readonly time: boolean;
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
}

/**
 * Collects the contents of a report about a run: evaluates it, packs it in memory, reads its log and its sample weights, and selects images
 * to show from its data.
 * @throws UserError if the run cannot be opened or evaluated
 */
export async function gatherRun(folder: string, options: GatherOptions): Promise<ReportedRun> {
  const { on, time, signal, onProgress } = options;
  const {
    runs: [run],
    container,
    given,
  } = await openRuns([folder], options);
  const { dataset } = given;
  const config = resolveConfig({ ...run.config, ...given }, container);
  const data = await loadData();
  try {
    const ensemble = await openEnsemble(folder, { container, data, ...given, signal, onProgress });
    const watch = { signal, onProgress };
    const evaluation = await judge(ensemble, on, { who: "report", ...watch });
    const answers = await inSteps(finalAnswersInSteps(ensemble, on), { what: "answers, rows", ...watch });
    const story = await readStory(folder);
    const twin = options.twin === undefined ? undefined : await openTwin(options.twin, { ...options, rights: answers });
    const packed = await packRun(folder, {
      container,
      dataset,
      test: data.test,
      time,
      counted: countedBytes(evaluation, story),
      onProgress,
      signal,
    });
    const weights = await readSampleWeights(folder, run.members, data.train.labels.length);
    const thumbnails = await thumbnailsOf(data);
    const { stability, note } = await readStability(folder, evaluation.members);
    const split = data[on] ?? data.test;
    const experiment = await readExperiment(folder);
    const origin = readOrigin(folder, { origin: experiment.origin, config: run.config, trained: run.members });
    const { recipe, command } = nearestRecipe(folder, run.config, { container, asked: options.preset });
    return {
      name: options.name,
      evaluation,
      members: evaluation.members.map((member) => memberOf(member, story)),
      scheme: config.scheme.name,
      mode: config.mode,
      ...(story.ending === undefined ? {} : { ending: story.ending }),
      warnings: [...story.warnings, ...weights.notes, ...(note === undefined ? [] : [note])],
      ...(twin ? { twin } : {}),
      ...(stability ? { stability } : {}),
      ...packed,
      ...(origin?.origin.isChosen ? {} : { recipe }),
      ...(origin ?? { command }),
      reused: heldOutReuses(config, {
        learns: container.resolve(VOTERS).create(config.voter).fit !== undefined,
        origin: experiment.origin,
      }),
      config: flattenConfig(experiment.config),
      environment: environmentOf(experiment),
      checksums: await checksumsOf(folder, run.members, experiment.dataset),
      images: await imagesOf(),
      sampleWeights: weights.rounds,
      heaviest: (
        await thumbnails.of(
          data.train,
          weights.heaviest.map(({ row }) => row),
        )
      ).map((picture, i) => ({
        ...picture,
        label: data.train.labels[picture.row]!,
        times: weights.heaviest[i]!.times,
      })),
    };

    async function imagesOf(): Promise<ReportedImages> {
      const picked = pickImages(answers, evaluation.vote.confusions);
      const confusions = [];
      for (const { examples, ...confusion } of picked.confusions)
        confusions.push({ ...confusion, examples: await thumbnails.of(split, examples) });
      return {
        confusions,
        disputed: (await thumbnails.of(split, picked.disputed)).map((picture) => ({
          ...picture,
          label: answers.labels[picture.row]!,
          predicted: answers.predicted[picture.row]!,
          votes: answers.members.map((own) => own[picture.row]!),
        })),
        ...(thumbnails.note === undefined ? {} : { note: thumbnails.note }),
      };
    }
  } finally {
    data.dispose?.();
  }

  async function loadData(): Promise<LoadedDataset> {
    const loading = loadDataset(config, container, signal);
    for (;;) {
      const next = await loading.next();
      if (next.done) return next.value;
      if (next.value.type === "progress") onProgress(next.value);
    }
  }
}

function memberOf({ member, architecture, binarizer }: EnsembleEvaluation["members"][number], { members }: RunStory): ReportedMember {
  const { loss = [], accuracy = [], error = Number.NaN } = members.get(member) ?? {};
  return { member, label: `${architecture}, ${binarizer}`, loss, accuracy, error };
}

function countedBytes({ members }: EnsembleEvaluation, { plans }: RunStory): { readonly bytes: number; readonly realBytes: number } {
  const voting = members.filter(({ alpha }) => alpha !== undefined).flatMap(({ member }) => plans.get(member) ?? []);
  return {
    bytes: voting.reduce((sum, { bytes }) => sum + bytes, 0),
    realBytes: voting.reduce((sum, { realBytes }) => sum + realBytes, 0),
  };
}

/** @throws UserError if the twin's weights are binary, or its rows differ from the run's */
async function openTwin(folder: string, { on, rights, ...options }: GatherOptions & { readonly rights: FinalAnswers }): Promise<Twin> {
  const {
    runs: [run],
    container,
    given,
  } = await openRuns([folder], options);
  const { signal, onProgress } = options;
  const binary = resolveConfig(run.config, container).members.find(
    ({ binarizer }) => container.resolve(BINARIZERS).create(binarizer).bits.kernel < 32,
  );
  if (binary)
    throw new UserError(
      `report --twin ${folder}: its weights are not real-valued but ${binary.binarizer.name}. Name a run that was trained with --set binarizer=none.`,
    );
  const ensemble = await openEnsemble(folder, { container, ...given, splits: [on], signal, onProgress });
  const watch = { signal, onProgress };
  const evaluation = await judge(ensemble, on, { who: "report --twin", ...watch });
  const answers = await inSteps(finalAnswersInSteps(ensemble, on), { what: "answers, rows", ...watch });
  if (answers.labels.length !== rights.labels.length || answers.labels.some((label, row) => label !== rights.labels[row]))
    throw new UserError(
      `report --twin ${folder}: its ${on} rows are not those of the run, so they cannot be compared. Name a twin that was trained on the same data.`,
    );
  const own = rightRows(answers.predicted, answers.labels);
  const [comparison] = compareMembers(rightRows(rights.predicted, rights.labels), [own], createRandom(0, "twin"));
  return {
    name: basename(resolve(folder)),
    members: answers.members.length,
    accuracy: evaluation.splits[on]!.staged.at(-1)![evaluation.voter]!,
    bytes: countedBytes(evaluation, await readStory(folder)).bytes,
    comparison: comparison!,
  };
}

function environmentOf({ benn, versions, machine, config, dataset }: Awaited<ReturnType<typeof readExperiment>>): [string, string][] {
  const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
  const backend = config.backend;
  return [
    ["seed", String(config.seed)],
    ["data", `${text(dataset["dataset"] ?? "–")}${dataset["source"] === undefined ? "" : `, ${text(dataset["source"])}`}`],
    ["benn", benn],
    ...Object.entries(versions),
    ["backend", typeof backend === "string" ? backend : (backend?.name ?? "–")],
    ...Object.entries(machine).map(([key, value]): [string, string] => [`machine: ${key}`, text(value)]),
  ];
}

/** Checksums of the run's files as they are now, and of the data as the dataset reports them. */
async function checksumsOf(
  folder: string,
  members: readonly number[],
  { sha256 }: Readonly<Record<string, unknown>>,
): Promise<[string, string][]> {
  const files = ["experiment.json", "events.jsonl", ...members.map((member) => `members/${String(member).padStart(3, "0")}/weights.bin`)];
  const sums: [string, string][] = [];
  for (const file of files) if (existsSync(join(folder, file))) sums.push([file, await fileChecksum(join(folder, file))]);
  const data = typeof sha256 === "object" && sha256 !== null ? Object.entries(sha256) : [];
  return [
    ...sums,
    ...data.filter(([, sum]) => typeof sum === "string").map(([file, sum]): [string, string] => [`data: ${file}`, String(sum)]),
  ];
}
