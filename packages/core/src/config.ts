import { z } from "zod";
import { checkValue, shownValue } from "./check-value.ts";
import { keysOf, type KeysOf, NAMED_CONTRACTS } from "./named-contracts.ts";
import { nearest } from "./nearest.ts";
import type { Spec } from "./registry.ts";
import { UserError } from "./user-error.ts";

/** A registered name with its options, or the name alone. The options are checked by the definition that is registered under the name. */
const spec = z
  .union([z.string().min(1), z.looseObject({ name: z.string().min(1) })])
  .transform((value): Spec => (typeof value === "string" ? { name: value } : (value as Spec)));

/** One spec, or a list of them. */
const specs = z.union([z.array(spec), spec.transform((value) => [value])]);

type Named<U extends { readonly per: "run" | "member"; readonly many: boolean }, S> = { readonly [K in KeysOf<U>]: S };

/** One key for each contract that is used in this way, with its description. */
function keysFor<const U extends { readonly per: "run" | "member"; readonly many: boolean }, S extends z.ZodType>(
  use: U,
  schema: S,
): Named<U, S> {
  return Object.fromEntries(keysOf(use).map((key) => [key, schema.describe(NAMED_CONTRACTS[key].description)])) as unknown as Named<U, S>;
}

const named = {
  ...keysFor({ per: "run", many: false }, spec),
  ...keysFor({ per: "run", many: true }, specs),
  ...keysFor({ per: "member", many: false }, spec),
  ...keysFor({ per: "member", many: true }, specs),
};

/** More than any run needs. A limit catches typing errors, which would otherwise fill the memory. */
export const MOST_MEMBERS = 10_000;
const MOST = 1_000_000;
const MOST_ROWS = 1_000_000_000;

const batchNorm = z.strictObject({
  statistics: z
    .enum(["running", "precise"])
    .default("running")
    .describe("running: those that training carries on; precise: computed again at each scoring"),
  rows: z
    .int()
    .min(1)
    .max(MOST_ROWS)
    .default(2_000)
    .describe("training rows of the member's draw that precise statistics are computed of, if it has as many"),
});

const averageWeights = z.strictObject({
  decay: z.number().gt(0).lt(1).default(0.999).describe("share of the average that a step keeps, at most"),
});

const stopWhen = z.strictObject({
  patience: z.int().min(1).max(MOST_MEMBERS).describe("members that vote, one after the other, without a rise of the vote"),
  minDelta: z
    .number()
    .min(0)
    .default(0)
    .describe("what a rise has to exceed, in the metric's unit: 0.001 is a tenth of a point of accuracy"),
});

export const memberGroup = z.strictObject({
  count: z.int().min(1).max(MOST_MEMBERS).default(1).describe("members of this kind"),
  ...keysFor({ per: "member", many: false }, spec.optional()),
  ...keysFor({ per: "member", many: true }, specs.optional()),
  learningRate: z.number().positive().optional(),
  epochs: z.int().min(1).max(MOST).optional(),
});

/**
 * Every setting of a run. Defaults are those of the reference implementation, except for the number of epochs, which suits a first try.
 * Keys that take registered names have no default here: the application provides those through the container.
 */
export const configSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[\w.-]+$/, "expected letters, digits, '.', '_' and '-'")
    .optional()
    .describe("name of the run folder; made from the date and the recipe when absent"),
  seed: z.int().min(0).max(0xffffffff).default(0).describe("every random draw derives from it"),
  ...named,
  validation: z.number().min(0).lt(1).default(0).describe("share of the training rows held out, of each class alike"),
  validationSeed: z
    .int()
    .min(0)
    .max(0xffffffff)
    .optional()
    .describe(
      "decides which rows are held out, in place of seed: runs of different seeds that hold out the same rows can be chosen from together",
    ),
  members: z
    .union([z.int().min(1).max(MOST_MEMBERS), z.array(memberGroup).min(1).max(MOST_MEMBERS)])
    .default(8)
    .describe("how many, or a list of groups with settings of their own"),
  mode: z.enum(["sequential", "independent"]).default("sequential").describe("members start from the one before, or afresh"),
  pretrainEpochs: z.int().min(0).max(MOST).default(0).describe("epochs on uniform weights before the first sequential member"),
  init: z.string().optional().describe("folder of a trained member (model.json, weights.bin) that the first member starts from"),
  given: z
    .union([
      z
        .string()
        .min(1)
        .transform((folder) => [folder]),
      z.array(z.string().min(1)),
    ])
    .default([])
    .describe("folders of trained members (or of runs) that are taken as they are as the first members"),
  epochs: z.int().min(1).max(MOST).default(20).describe("of each member"),
  batchSize: z.int().min(1).max(MOST).default(128),
  gradientAccumulationSteps: z
    .int()
    .min(1)
    .max(MOST)
    .default(1)
    .describe("parts that a batch is computed in, to save memory: one step of all their gradients, but batch norm over each part"),
  learningRate: z.number().positive().default(1e-3),
  scoreEvery: z.int().min(1).max(MOST).default(5).describe("epochs between scorings; the best so far is what the member becomes"),
  scoreOn: z
    .enum(["draw", "validation"], {
      error: ({ input }) =>
        input === "test"
          ? 'the best epoch is never chosen on the test set; expected "draw", or "validation" with rows held out (validation=0.1)'
          : undefined,
    })
    .default("draw")
    .describe("rows the best epoch is chosen on"),
  batchNorm: batchNorm.prefault({}).describe("statistics of batch norm that members are scored, kept and exported with"),
  averageWeights: z
    .union([z.literal(false), averageWeights])
    .default(false)
    .describe(
      "score and keep an exponential moving average of the weights: needs batchNorm.statistics=precise; false: the weights themselves",
    ),
  stopWhen: z
    .union([z.literal(false), stopWhen])
    .default(false)
    .describe(
      "end the ensemble when its vote on validation rows, without them its out-of-bag vote, has not risen for `patience` members; " +
        "false: train all members",
    ),
  checkpointSeconds: z.number().min(0).max(MOST).default(10).describe("least time between two checkpoints at the ends of epochs"),
  parallel: z
    .union([z.literal("auto"), z.int().min(1).max(MOST_MEMBERS)])
    .default("auto")
    .describe(
      "members trained at a time, where none depends on another (independent bagging); auto: as many as the backend shares the machine among",
    ),
  resident: z
    .boolean()
    .default(true)
    .describe("keep the training images on a device that has a memory of its own, where they fit; false sends every batch"),
  exportable: z
    .boolean()
    .default(true)
    .describe("refuse, before training, what cannot be packed into a .benn file; false trains it all the same"),
  plugins: z.array(z.string()).default([]).describe("packages or files to load besides the built-in ones"),
});

/** What a user may write: every key is optional. */
export type Config = Partial<z.input<typeof configSchema>>;
/** A configuration with defaults filled in. Options of named plugins are as written, not yet checked by their definitions. */
export type ParsedConfig = z.output<typeof configSchema>;

/** Types a configuration file: `export default defineConfig({ members: 4 })`. */
export function defineConfig(config: Config): Config {
  return config;
}

/** Keys that were renamed or moved, and where their values go now. */
const MOVED: Readonly<Record<string, string>> = {
  weightDecay: "optimizer.weightDecay",
  learningRateSchedule: "schedule.epochs and schedule.factor",
};

/**
 * Checks a configuration and fills in defaults.
 * @param defaults for keys that it leaves out
 * @throws UserError with the path of the bad key, the value and, for an unknown key, the nearest known one
 */
export function parseConfig(config: unknown, defaults: Config = {}): ParsedConfig {
  const isObject = typeof config === "object" && config !== null && !Array.isArray(config);
  const { data, fault } = checkValue(configSchema, isObject ? { ...defaults, ...withoutUndefined(config) } : config);
  if (data) return data;
  const path = fault.path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
  if (fault.unknownKey !== undefined) {
    const key = fault.unknownKey;
    const inside = { members: memberGroup, batchNorm, averageWeights, stopWhen };
    const { shape } = inside[fault.path[0] as keyof typeof inside] ?? configSchema;
    const keys = Object.keys(shape);
    const moved = Object.hasOwn(MOVED, key) ? MOVED[key] : undefined;
    if (moved !== undefined) throw new UserError(`configuration${path && ` ${path}`}: "${key}" is no key any more. Set ${moved}.`);
    const close = nearest(key, keys);
    throw new UserError(
      `configuration${path && ` ${path}`}: unknown key "${key}". ${close ? `Did you mean "${close}"? ` : ""}Known keys: ${keys.join(", ")}.`,
    );
  }
  if (fault.came === undefined && Object.hasOwn(NAMED_CONTRACTS, path)) {
    throw new UserError(`configuration ${path}: is missing, and this application has no default. Name one, for example ${path}=NAME.`);
  }
  throw new UserError(
    `configuration ${path || "as a whole"}: ${fault.words}${endOf(fault.words)} ${remedyFor(path, fault.example ?? defaultOf(path))}`,
  );
}

/** The full stop of a sentence, unless it ends with a question mark. */
function endOf(words: string): string {
  return words.endsWith("?") ? "" : ".";
}

/** The default of a key, from zod: the JSON schema of a union has none. */
function defaultOf(key: string): unknown {
  return Object.hasOwn(configSchema.shape, key)
    ? configSchema.shape[key as keyof typeof configSchema.shape].safeParse(undefined).data
    : undefined;
}

function remedyFor(path: string, example: unknown): string {
  if (path === "") return 'Write for example { "epochs": 10 }.';
  const isShort = example !== undefined && (typeof example !== "object" || example === null);
  return isShort ? `Write for example ${path}=${shownValue(example)}.` : '"benn schema" describes every key.';
}

function withoutUndefined(config: object): object {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}
