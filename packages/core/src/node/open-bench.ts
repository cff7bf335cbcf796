import type { DependencyContainer } from "tsyringe";
import { ARCHITECTURES } from "../architecture.ts";
import { BACKENDS } from "../backend.ts";
import { MemberBench } from "../bench/member-bench.ts";
import { randomImages, USUAL } from "../bench/random-images.ts";
import { BINARIZERS } from "../binarizer.ts";
import { type Config, parseConfig } from "../config.ts";
import { DEFAULTS } from "../container.ts";
import { DATASETS } from "../dataset.ts";
import { summarizeModel } from "../model-summary.ts";
import type { Spec } from "../registry.ts";
import { memberParts } from "../train/member-parts.ts";
import { buildMember } from "../train/member-trainer.ts";
import { resolveConfig } from "../train/resolve-config.ts";
import { UserError } from "../user-error.ts";
import { settleBackend } from "./auto-backend.ts";

/** What is measured, as plain JSON. */
export interface BenchSubject {
  readonly architecture: string;
  readonly binarizer: string;
  /** [height, width, channels] of the images, which are random numbers. */
  readonly shape: readonly [number, number, number];
  readonly classes: number;
  readonly batchSize: number;
  /** Number of parts in which the batch of a training step is computed. */
  readonly gradientAccumulationSteps: number;
  readonly parameters: number;
  /**
   * Per image. In training, each layer counts its forward pass, the gradient of its kernel and, except for the first layer, that of its
   * input.
   */
  readonly multiplyAdds: { readonly training: number; readonly evaluation: number };
  /** The backend with its non-default options, and what it reports about this machine. */
  readonly backend: string;
  readonly device: string;
}

export interface OpenBenchOptions {
  readonly container: DependencyContainer;
  /** From 0. Default: the first. */
  readonly member?: number;
  /** Whether a profile will be requested: a backend that cannot profile is then refused. */
  readonly profile?: boolean;
}

/**
 * Builds a member of a configuration, to time its steps. Reads no dataset: images are random numbers of the shape that the dataset's
 * definition expects, else of CIFAR-10's.
 * @returns a description of what is measured, and the benchmark, which the caller disposes
 * @throws UserError for everything in the configuration that `train` would refuse, and for a member that does not exist
 */
export async function openBench(
  config: Config,
  { container, member = 0, profile = false }: OpenBenchOptions,
): Promise<{ readonly subject: BenchSubject; readonly bench: MemberBench }> {
  const dataset = withoutFolder(parseConfig(config, container.resolve(DEFAULTS)).dataset, container);
  const resolved = await settleBackend(resolveConfig({ ...config, dataset }, container), container);
  const settings = resolved.members[member];
  if (!settings)
    throw new UserError(`member ${member + 1}: there is none; the configuration has ${resolved.members.length}. Choose one of those.`);
  const expected = container.resolve(DATASETS).create(resolved.dataset, "dataset").expected ?? USUAL;
  const backends = container.resolve(BACKENDS);
  const backend = backends.create(resolved.backend);
  if (profile && !backend.profile) {
    const able = backends
      .entries()
      .filter(({ definition: { options } }) => options?.safeParse({}).success !== false)
      .flatMap(({ name }) => (backends.create(name).profile ? [name] : []));
    throw new UserError(
      `backend ${resolved.backend.name}: cannot time the kernels of a step. ` +
        (able.length > 0 ? `Those that can: ${able.join(", ")}; choose one by --backend.` : "Measure without a profile."),
    );
  }
  await backend.activate();
  const probe = await backend.probe();
  const split = randomImages(resolved.batchSize, expected);
  const labels = Array.from({ length: expected.classes }, (_, i) => String(i));
  const data = { shape: expected.shape, labels, train: split, test: split, provenance: {}, preprocessing: [] };
  const model = buildMember({ config: resolved, data, container }, member, settings);
  const parts = memberParts({ config: resolved, container }, settings, expected.classes);
  const { parameters, multiplyAdds, layers } = summarizeModel(model);
  const first = layers.map((layer) => layer.binaryMultiplyAdds + layer.realMultiplyAdds).find((macs) => macs > 0) ?? 0;
  return {
    subject: {
      architecture: container.resolve(ARCHITECTURES).label(settings.architecture),
      binarizer: container.resolve(BINARIZERS).label(settings.binarizer),
      shape: expected.shape,
      classes: expected.classes,
      batchSize: resolved.batchSize,
      gradientAccumulationSteps: resolved.gradientAccumulationSteps,
      parameters,
      multiplyAdds: { training: 3 * multiplyAdds - first, evaluation: multiplyAdds },
      backend: backends.label(resolved.backend),
      device: probe.ok ? probe.description : probe.reason,
    },
    bench: await MemberBench.of({
      config: resolved,
      member,
      backend,
      model,
      parts,
      split,
      shape: expected.shape,
      classes: expected.classes,
    }),
  };
}

/** A dataset that requires a folder is given a placeholder, since it is not read. */
function withoutFolder(dataset: Spec, container: DependencyContainer): Spec {
  const folder = container.resolve(DATASETS).entry(dataset.name).definition.options?.shape["data"];
  const isNeeded = folder !== undefined && "safeParse" in folder && !folder.safeParse(undefined).success;
  return isNeeded && dataset["data"] === undefined ? { ...dataset, data: "." } : dataset;
}
