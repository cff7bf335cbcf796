import { rm } from "node:fs/promises";
import type { Config, DependencyContainer, LoadedDataset, Spec } from "@benn/core";
import { type ChosenMember, givenFromRuns, type MemberConfig, resolveConfig, type SavedRun, train } from "@benn/core/node";

export interface SelectionToWrite {
  readonly runs: readonly SavedRun[];
  readonly container: DependencyContainer;
  /** The data of the first run. */
  readonly data: LoadedDataset;
  readonly dataset: Spec | undefined;
  /** In their order in the new run, each with as many votes as it was selected. */
  readonly members: readonly ChosenMember[];
  readonly voter: Spec;
  readonly origin: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly name: string | undefined;
  readonly out: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Creates a run folder of the chosen members, like that of a run that trained them; removed again if it fails or is stopped.
 * @returns the folder
 */
export async function writeSelection(selection: SelectionToWrite): Promise<string> {
  const { runs, container, data, members, origin, out, signal } = selection;
  let folder = "";
  let isWhole = false;
  const run = train(configOf(selection), {
    container,
    data,
    given: await givenFromRuns(members, origin),
    sameDataAs: runs[0]!.folder,
    signal,
    ...(out === undefined ? {} : { out }),
    onFolder: (path) => (folder = path),
  });
  try {
    for await (const event of run) if (event.type === "run-end") isWhole = event.reason === "finished";
    signal.throwIfAborted();
    return folder;
  } finally {
    if (!isWhole && folder !== "") await rm(folder, { recursive: true, force: true });
  }
}

/** The configuration of the first run, with the networks of the chosen members; training settings are left out. */
function configOf({ runs, container, dataset, members, voter, seed, name }: SelectionToWrite): Config {
  const configs = new Map(runs.map(({ folder, config }) => [folder, resolveConfig(config, container)]));
  const first = configs.get(runs[0]!.folder)!;
  const {
    init: _init,
    loss: _loss,
    optimizer: _optimizer,
    schedule: _schedule,
    stopWhen: _stop,
    name: _name,
    members: _members,
    ...kept
  } = runs[0]!.config;
  const groups = members.map(({ run, member }): Pick<MemberConfig, "architecture" | "binarizer" | "epochs" | "learningRate"> => {
    const { architecture, binarizer, epochs, learningRate } = configs.get(run)!.members[member]!;
    return { architecture, binarizer, epochs, learningRate };
  });
  return {
    ...kept,
    ...(name === undefined ? {} : { name }),
    ...(dataset ? { dataset } : {}),
    seed,
    validationSeed: first.validationSeed ?? first.seed,
    voter,
    members: groups.map((group) => ({ ...group, count: 1 })),
    pretrainEpochs: 0,
    given: [],
    listeners: [],
    plugins: [...new Set(runs.flatMap(({ config }) => config.plugins ?? []))],
  };
}
