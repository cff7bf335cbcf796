import { type Config, type DependencyContainer, KEY_MAPS, type KeyMap, type Spec, UserError } from "@benn/core";
import { planRun, type RunPlan } from "@benn/core/node";
import { readCheckpoint } from "../checkpoint/read-checkpoint.ts";
import { findFiles, type FoundFiles } from "../files/find-files.ts";
import { readNpy } from "../files/read-npy.ts";
import { readWhole, sha256 } from "../files/read-whole.ts";
import { type MappedWeight, mapWeights, type TargetNet } from "../map/map-weights.ts";

export interface ImportOptions {
  /** Holds the registries, with plugins loaded. */
  readonly container: DependencyContainer;
  /** For networks for which no plugin has a key map. */
  readonly keyMap?: KeyMap;
}

/** A checkpoint that becomes a member. */
export interface PlannedMember {
  readonly path: string;
  readonly sha256: string;
  readonly net: TargetNet;
  readonly keyMap: KeyMap;
  readonly weights: readonly MappedWeight[];
  /** Entries next to the weights: plain ones with their values, and ignored ones. */
  readonly facts: Readonly<Record<string, number | string | boolean>>;
  readonly skipped: readonly string[];
}

/** What an import would do; every checkpoint has been read and fits. */
export interface ImportPlan {
  readonly run: RunPlan;
  readonly members: readonly PlannedMember[];
  readonly files: FoundFiles;
  readonly alphas?: Float64Array;
}

/**
 * Reads and maps every checkpoint, one after the other; writes nothing.
 * @param paths checkpoints, or folders of them
 * @param config of the run in which they were trained; its number of members becomes that of the checkpoints
 * @throws UserError for a file that is not a checkpoint or does not fit its network, and for everything that `train` would refuse
 */
export async function planImport(paths: readonly string[], config: Config, { container, keyMap }: ImportOptions): Promise<ImportPlan> {
  const files = findFiles(paths);
  const count = files.checkpoints.length;
  const run = await planRun(forImport(config, count), { container });
  const planned = run.kinds.reduce((sum, kind) => sum + kind.members.length, 0);
  if (planned !== count) {
    throw new UserError(
      `import: the configuration lists ${planned} members, and there are ${count} checkpoints. Give as many as it lists.`,
    );
  }
  const alphas = files.alphas === undefined ? undefined : await readNpy(files.alphas);
  if (alphas && alphas.length !== count) {
    throw new UserError(
      `${files.alphas}: holds ${alphas.length} alphas, and there are ${count} checkpoints. Give as many, or leave the file out.`,
    );
  }
  for (const path of files.sampleWeights.values()) {
    const { length } = await readNpy(path);
    if (length !== run.dataset.train) {
      throw new UserError(
        `${path}: holds ${length} sample weights, and there are ${run.dataset.train} training images. Give the data it was trained on (--data), with validation=0.`,
      );
    }
  }
  const members: PlannedMember[] = [];
  for (const [member, path] of files.checkpoints.entries()) {
    const kind = run.kinds.find((each) => each.members.includes(member));
    const net = { label: kind?.architecture ?? "", weights: kind?.weights ?? new Map<string, readonly number[]>() };
    const map = keyMap ?? knownKeyMap(specOf(run, member), container);
    if (!map) {
      const names = container.resolve(KEY_MAPS).names().join(", ");
      throw new UserError(
        `import: no key map is known for ${net.label}; known are ${names || "none"}. Write one and give it by --key-map.`,
      );
    }
    const bytes = await readWhole(path);
    const checkpoint = readCheckpoint(bytes, path);
    const { facts, skipped } = checkpoint;
    members.push({ path, sha256: sha256(bytes), net, keyMap: map, weights: mapWeights(checkpoint, net, map, path), facts, skipped });
  }
  return { run, members, files, ...(alphas ? { alphas } : {}) };
}

/** Nothing is trained before the first member, and there are as many members as checkpoints unless the configuration lists them. */
function forImport({ init: _init, given: _given, ...config }: Config, count: number): Config {
  return { ...config, pretrainEpochs: 0, members: Array.isArray(config.members) ? config.members : count };
}

/** The architecture of a planned member, with its options. */
function specOf({ config }: RunPlan, member: number): Spec {
  const groups = Array.isArray(config.members) ? config.members : [];
  const spec = groups.flatMap(({ count = 1, architecture }) => Array.from({ length: count }, () => architecture))[member];
  if (typeof spec !== "object") throw new RangeError(`member ${member} is not planned`);
  return spec;
}

/** The first registered key map that is for this architecture. */
function knownKeyMap(architecture: Spec, container: DependencyContainer): KeyMap | undefined {
  const registry = container.resolve(KEY_MAPS);
  const known = registry.names().map((name) => registry.create(name));
  return known.find(({ fits }) => fits(architecture))?.map;
}
