import { availableParallelism } from "node:os";
import type { DependencyContainer } from "tsyringe";
import { ARCHITECTURES } from "../architecture.ts";
import { BACKENDS } from "../backend.ts";
import { BINARIZERS } from "../binarizer.ts";
import type { Config } from "../config.ts";
import type { StopRule } from "../events.ts";
import { LISTENERS } from "../listener.ts";
import type { ModelSummary } from "../model-summary.ts";
import { resolveConfig } from "../train/resolve-config.ts";
import { stopRule } from "../train/stop-rule.ts";
import { settleBackend } from "./auto-backend.ts";
import { type CheckMember, checkMembers } from "./check-members.ts";
import { asConfig } from "./experiment.ts";
import { checkGiven, findGiven } from "./find-given.ts";
import { loadDataset } from "./load-dataset.ts";
import { machineMemory } from "./machine-memory.ts";
import { memoryWarning } from "./memory-warning.ts";
import { stepMemory } from "./step-memory.ts";
import { membersAtATime } from "./threads/members-at-a-time.ts";

/** A group of identical members. */
export interface PlannedKind {
  readonly architecture: string;
  readonly binarizer: string;
  readonly members: readonly number[];
  readonly epochs: number;
  readonly learningRate: number;
  readonly summary: ModelSummary;
  /** Shapes of the weights by name (`conv1/kernel`), in the order of the network, running statistics included. */
  readonly weights: ReadonlyMap<string, readonly number[]>;
}

/** What a run would do, computed without training. */
export interface RunPlan {
  /** As in a configuration file, with every default filled in. */
  readonly config: Config;
  readonly dataset: {
    readonly name: string;
    readonly train: number;
    readonly validation: number;
    readonly test: number;
    readonly shape: readonly number[];
    readonly classes: number;
  };
  readonly kinds: readonly PlannedKind[];
  /** The rule that may end the run before its last member. */
  readonly stopWhen?: StopRule;
  /** Size of all members with 1 bit per weight of 1-bit kernels, and of their real-valued twins. */
  readonly bytes: number;
  readonly realBytes: number;
  /** Number of images trained on, and multiply-adds of the training; a backward pass counts as two forward passes. */
  readonly images: number;
  readonly multiplyAdds: number;
  /** Bytes that a training step keeps if nothing is fused: every layer's output twice, weights with gradients and Adam's moments. */
  readonly memoryBytes: number;
  readonly machineMemoryBytes: number;
  /** Warnings about the data (images left out, and why), and about memory that may not suffice. */
  readonly warnings: readonly string[];
}

/** @throws UserError for everything that `train` would refuse before it starts */
export async function planRun(
  config: Config,
  { container, checkMember }: { readonly container: DependencyContainer; readonly checkMember?: CheckMember },
): Promise<RunPlan> {
  const resolved = await settleBackend(await findGiven(resolveConfig(config, container)), container);
  for (const spec of resolved.listeners) container.resolve(LISTENERS).create(spec);
  const backend = container.resolve(BACKENDS).create(resolved.backend);
  await backend.activate();
  const loading = loadDataset(resolved, container);
  let loaded = await loading.next();
  while (!loaded.done) loaded = await loading.next();
  const data = loaded.value;
  await checkGiven(resolved, data, container);
  const kinds = (await checkMembers(resolved, data, container, checkMember)).map(
    ({ settings, members, summary, weights }): PlannedKind => ({
      architecture: container.resolve(ARCHITECTURES).label(settings.architecture),
      binarizer: container.resolve(BINARIZERS).label(settings.binarizer),
      members,
      epochs: settings.epochs,
      learningRate: settings.learningRate,
      summary,
      weights,
    }),
  );
  const memoryBytes = Math.max(...kinds.map((kind) => stepMemory(kind.summary, resolved)));
  const share = backend.share?.({ cores: availableParallelism(), memoryBytes: machineMemory(), stepBytes: memoryBytes });
  const { count } = membersAtATime(resolved, container, share);
  const tooMuch = memoryWarning(memoryBytes, { members: count, memoryBytes: machineMemory(), config: resolved });
  const rule = stopRule({ config: resolved, container }, data.labels.length);
  const samples = data.train.labels.length;
  const sum = (of: (kind: PlannedKind) => number): number => kinds.reduce((total, kind) => total + of(kind) * kind.members.length, 0);
  const [first] = kinds;
  const pretrained = resolved.pretrainEpochs * samples;
  const plan: RunPlan = {
    config: asConfig(resolved),
    dataset: {
      name: resolved.dataset.name,
      train: samples,
      validation: data.validation?.labels.length ?? 0,
      test: data.test.labels.length,
      shape: data.shape,
      classes: data.labels.length,
    },
    kinds,
    ...(rule ? { stopWhen: rule } : {}),
    bytes: sum(({ summary }) => summary.bytes),
    realBytes: sum(({ summary }) => summary.realBytes),
    images: sum(({ epochs }) => epochs * samples) + pretrained,
    multiplyAdds:
      3 * (sum(({ epochs, summary }) => epochs * samples * summary.multiplyAdds) + pretrained * (first?.summary.multiplyAdds ?? 0)),
    memoryBytes,
    machineMemoryBytes: machineMemory(),
    warnings: [...(data.warnings ?? []), ...(tooMuch === undefined ? [] : [tooMuch])],
  };
  data.dispose?.();
  return plan;
}
