import { ARCHITECTURES } from "../architecture.ts";
import { BACKENDS } from "../backend.ts";
import { BINARIZERS } from "../binarizer.ts";
import { type ParsedConfig, parseConfig } from "../config.ts";
import type { DependencyContainer } from "tsyringe";
import { DATASETS } from "../dataset.ts";
import { SCHEMES } from "../ensemble-scheme.ts";
import { LISTENERS } from "../listener.ts";
import type { Spec } from "../registry.ts";
import { UserError } from "../user-error.ts";
import { VOTERS } from "../voter.ts";

/** What one member will be. */
export interface MemberConfig {
  readonly architecture: Spec;
  readonly binarizer: Spec;
  readonly learningRate: number;
  readonly epochs: number;
}

/** A configuration in which every name is known, every option checked and filled in, and every member spelled out. */
export type ResolvedConfig = Omit<ParsedConfig, "members"> & { readonly members: readonly MemberConfig[] };

/** The member's settings. @throws RangeError when there is no such member */
export function settingsOf(config: ResolvedConfig, member: number): MemberConfig {
  const settings = config.members[member];
  if (!settings) throw new RangeError(`member ${member} of ${config.members.length}`);
  return settings;
}

/** @throws UserError for anything that is wrong, before data is read or a folder made */
export function resolveConfig(config: unknown, container: DependencyContainer): ResolvedConfig {
  const parsed = parseConfig(config);
  const architectures = container.resolve(ARCHITECTURES);
  const binarizers = container.resolve(BINARIZERS);
  const architecture = architectures.resolve(parsed.architecture, "architecture");
  const binarizer = binarizers.resolve(parsed.binarizer, "binarizer");
  const groups = typeof parsed.members === "number" ? [{ count: parsed.members }] : parsed.members;
  const members = groups.flatMap((group, g): MemberConfig[] => {
    const own: MemberConfig = {
      architecture: group.architecture ? architectures.resolve(group.architecture, `members[${g}].architecture`) : architecture,
      binarizer: group.binarizer ? binarizers.resolve(group.binarizer, `members[${g}].binarizer`) : binarizer,
      learningRate: group.learningRate ?? parsed.learningRate,
      epochs: group.epochs ?? parsed.epochs,
    };
    return Array.from({ length: group.count }, () => own);
  });
  if (parsed.gradientAccumulationSteps > parsed.batchSize) {
    throw new UserError(
      `gradientAccumulationSteps: is ${parsed.gradientAccumulationSteps}, but a batch of ${parsed.batchSize} has no more than ${parsed.batchSize} parts. ` +
        "Lower it, or raise batchSize.",
    );
  }
  if (parsed.scoreOn === "validation" && parsed.validation === 0) {
    throw new UserError('scoreOn: is "validation", but no rows are held out. Set validation, for example --set validation=0.1.');
  }
  if (parsed.mode === "independent" && parsed.pretrainEpochs > 0) {
    throw new UserError(
      `pretrainEpochs: is ${parsed.pretrainEpochs}, but independent members start afresh. Set mode=sequential or pretrainEpochs=0.`,
    );
  }
  if (parsed.given.length > 0 && (parsed.init !== undefined || parsed.pretrainEpochs > 0)) {
    throw new UserError(
      `given: the first members are there already, so ${parsed.init === undefined ? "pretrainEpochs" : "init"} has nothing to start. Leave it out.`,
    );
  }
  return {
    ...parsed,
    dataset: container.resolve(DATASETS).resolve(parsed.dataset, "dataset"),
    architecture,
    binarizer,
    members,
    scheme: container.resolve(SCHEMES).resolve(parsed.scheme, "scheme"),
    voter: container.resolve(VOTERS).resolve(parsed.voter, "voter"),
    backend: container.resolve(BACKENDS).resolve(parsed.backend, "backend"),
    listeners: parsed.listeners.map((listener, i) => container.resolve(LISTENERS).resolve(listener, `listeners[${i}]`)),
  };
}
