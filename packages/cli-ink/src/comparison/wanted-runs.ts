import { BINARIZERS, type Config, type DependencyContainer, SCHEMES, type Spec, UserError } from "@benn/core";
import { resolveConfig } from "@benn/core/node";
import type { ComparisonPlan } from "./comparison-plan.ts";

/** A kind of network: what its runs have in common. */
export interface WantedKind {
  /** `1 bit`, `4 bits`, `32 bits`. */
  readonly name: string;
  readonly bits: number;
  readonly binarizer: string;
  /** One per seed. */
  readonly runs: readonly WantedRun[];
}

export interface WantedRun {
  readonly seed: number;
  readonly members: number;
  /** Of each member. */
  readonly epochs: number;
  /** With a name for its folder. */
  readonly config: Config & { readonly name: string };
}

/** The scheme in which each network is trained on all rows. */
const ALONE = "deep-ensemble";

/**
 * The runs of a comparison: for each seed an ensemble of 1-bit networks, and one network for each other bit width, trained alike.
 * @throws UserError for a configuration of several kinds of members, or whose own binarizer has more than one bit
 */
export function wantedRuns(
  { members, bits, quantizer, seeds }: ComparisonPlan,
  base: Config,
  container: DependencyContainer,
  name: string,
): WantedKind[] {
  if (Array.isArray(base.members))
    throw new UserError(
      "compare: members is a list of groups, but a comparison is of one architecture. Leave members out, and say --members N.",
    );
  const { binarizer: own, members: resolved } = resolveConfig({ ...base, members: 1 }, container);
  const { epochs } = resolved[0]!;
  const binarizers = container.resolve(BINARIZERS);
  const { bits: ownBits } = binarizers.create(own);
  if (ownBits.activations !== 1 || ownBits.kernel !== 1)
    throw new UserError(
      `compare: binarizer ${own.name} has ${ownBits.kernel} bits for weights and ${ownBits.activations} for activations, but the ensembles are of 1-bit nets. Set one of 1 bit, for example --set binarizer=deterministic; nets of more bits are named by --bits.`,
    );
  const alone = container.resolve(SCHEMES).names().includes(ALONE) ? { scheme: ALONE, mode: "independent" as const } : {};
  const runsOf = (kind: string, count: number, settings: Config): WantedRun[] =>
    seeds.map((seed) => ({
      seed,
      members: count,
      epochs,
      config: { ...base, ...settings, stopWhen: false, members: count, seed, name: `${name}-${kind}-seed-${seed}` },
    }));
  const kinds: WantedKind[] = [
    { name: "1 bit", bits: 1, binarizer: binarizers.label(own), runs: runsOf("1-bit", members, { binarizer: own }) },
    ...bits.map((k): WantedKind => {
      const binarizer = quantizerOf(quantizer, k, container);
      return { name: `${k} bits`, bits: k, binarizer: binarizers.label(binarizer), runs: runsOf(`${k}-bits`, 1, { ...alone, binarizer }) };
    }),
    { name: "32 bits", bits: 32, binarizer: "none", runs: runsOf("real", 1, { ...alone, binarizer: "none" }) },
  ];
  for (const { runs } of kinds) resolveConfig(runs[0]!.config, container);
  return kinds;
}

/** @throws UserError if the binarizer does not have such options */
function quantizerOf(name: string, bits: number, container: DependencyContainer): Spec {
  return container.resolve(BINARIZERS).resolve({ name, activationBits: bits, kernelBits: bits }, "--quantizer");
}
