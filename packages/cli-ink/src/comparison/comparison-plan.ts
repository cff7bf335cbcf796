import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type Config, UserError, z } from "@benn/core";
import { checkValue, faultSentence } from "@benn/core/internals";

const seed = z.int().min(0).max(0xffffffff);

/** The contents of a comparison file; every key has a default. */
const planSchema = z.strictObject({
  members: z.int().min(1).max(1000).optional().describe("1-bit nets of the largest ensemble"),
  bits: z.array(z.int().min(2).max(8)).optional().describe("of weights and activations of the other nets"),
  quantizer: z.string().min(1).optional().describe("binarizer of the other nets, with options activationBits and kernelBits"),
  seeds: z.array(seed).min(2).optional(),
  train: z.looseObject({}).optional().describe("the configuration of training"),
});

/** What is compared. */
export interface ComparisonPlan {
  readonly members: number;
  /** Bits of weights and activations, ascending. */
  readonly bits: readonly number[];
  readonly quantizer: string;
  readonly seeds: readonly number[];
}

export type PartialPlan = Partial<ComparisonPlan>;

/** A few minutes on the built-in sample. */
const DEFAULTS: ComparisonPlan = { members: 4, bits: [2, 4], quantizer: "lsq", seeds: [0, 1, 2] };

/**
 * Reads the file of a comparison.
 * @returns the plan as far as the file defines it, the training configuration, and the folder that its paths are relative to
 * @throws UserError
 */
export async function readPlan(path: string): Promise<{ readonly plan: PartialPlan; readonly train?: Config; readonly folder: string }> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new UserError(
      `compare: ${path} cannot be read as JSON: ${cause instanceof Error ? cause.message : String(cause)}. Name a file like results/compare/nin-half.json.`,
      { cause },
    );
  }
  const parsed = checkValue(planSchema, json);
  if (parsed.fault)
    throw new UserError(`compare: ${path}: ${faultSentence(parsed.fault)}. Keys are members, bits, quantizer, seeds and train.`);
  const { train, ...plan } = parsed.data;
  return { plan: withoutUndefined(plan), ...(train ? { train } : {}), folder: dirname(resolve(path)) };
}

/**
 * A complete plan: the command line overrides the file, which overrides the defaults.
 * @throws UserError for fewer than two seeds, or repeated ones
 */
export function completePlan(file: PartialPlan, asked: PartialPlan): ComparisonPlan {
  const plan = { ...DEFAULTS, ...file, ...asked };
  if (plan.seeds.length < 2 || new Set(plan.seeds).size < plan.seeds.length)
    throw new UserError(
      `--seeds: expected two different ones at least, got ${plan.seeds.join(",")}: of one training there is no interval.`,
    );
  return { ...plan, bits: [...new Set(plan.bits)].toSorted((a, b) => a - b) };
}

function withoutUndefined(plan: z.output<typeof planSchema>): PartialPlan {
  return Object.fromEntries(Object.entries(plan).filter(([, value]) => value !== undefined));
}
