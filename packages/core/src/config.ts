import { z } from "zod";
import { nearest } from "./nearest.ts";
import type { Spec } from "./registry.ts";
import { UserError } from "./user-error.ts";

/** A registered name with its options, or the name alone. Options are checked by what registered the name. */
const spec = z
  .union([z.string().min(1), z.looseObject({ name: z.string().min(1) })])
  .transform((value): Spec => (typeof value === "string" ? { name: value } : (value as Spec)));

const memberGroup = z.strictObject({
  count: z.int().min(1).default(1).describe("members of this kind"),
  architecture: spec.optional(),
  binarizer: spec.optional(),
  learningRate: z.number().positive().optional(),
  epochs: z.int().min(1).optional(),
});

/** Everything a run can be told, with the reference's values as defaults (epochs aside, which are for a first try). */
export const configSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[\w.-]+$/, "may hold letters, digits, '.', '_' and '-'")
    .optional()
    .describe("name of the run folder; made from the date and the recipe when absent"),
  seed: z.int().min(0).max(0xffffffff).default(0).describe("every random draw derives from it"),
  dataset: spec.prefault("cifar10"),
  validation: z.number().min(0).lt(1).default(0).describe("share of the training rows held out, of each class alike"),
  architecture: spec.prefault("nin"),
  binarizer: spec.prefault("deterministic"),
  members: z
    .union([z.int().min(1), z.array(memberGroup).min(1)])
    .default(8)
    .describe("how many, or a list of groups with settings of their own"),
  scheme: spec.prefault("bagging"),
  mode: z.enum(["sequential", "independent"]).default("sequential").describe("members start from the one before, or afresh"),
  pretrainEpochs: z.int().min(0).default(0).describe("epochs on uniform weights before the first sequential member"),
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
  voter: spec.prefault("soft"),
  epochs: z.int().min(1).default(20).describe("of each member"),
  batchSize: z.int().min(1).default(128),
  gradientAccumulationSteps: z
    .int()
    .min(1)
    .default(1)
    .describe("parts that a batch is computed in, to save memory: one step of all their gradients, but batch norm over each part"),
  learningRate: z.number().positive().default(1e-3),
  learningRateSchedule: z
    .strictObject({ epochs: z.array(z.int().min(1)), factor: z.number().positive() })
    .default({ epochs: [120, 200, 240, 280], factor: 0.1 })
    .describe("the learning rate is multiplied by factor when these epochs of a member begin"),
  weightDecay: z.number().min(0).default(1e-5).describe("L2, added to the gradient of every parameter"),
  scoreEvery: z.int().min(1).default(5).describe("epochs between scorings; the best so far is what the member becomes"),
  scoreOn: z
    .enum(["draw", "validation"], {
      error: ({ input }) =>
        input === "test"
          ? 'the best epoch is never chosen on the test set; use "validation" with rows held out (validation=0.1)'
          : undefined,
    })
    .default("draw")
    .describe("rows the best epoch is chosen on"),
  checkpointSeconds: z.number().min(0).default(10).describe("least time between two checkpoints at the ends of epochs"),
  parallel: z
    .union([z.literal("auto"), z.int().min(1)], { error: 'must be "auto" or a whole number of at least 1' })
    .default("auto")
    .describe(
      "members trained at a time, where none depends on another (independent bagging); auto: what the machine carries, or one for each adapter of a list",
    ),
  resident: z
    .boolean()
    .default(true)
    .describe("keep the training images on a device that has a memory of its own, where they fit; false sends every batch"),
  backend: spec.prefault("wasm"),
  listeners: z
    .union([z.array(spec), spec.transform((value) => [value])])
    .default([])
    .describe("what else hears the run while it goes; may be changed when it is resumed"),
  plugins: z.array(z.string()).default([]).describe("packages or files to load besides the built-in ones"),
});

/** What a user may write: every key optional. */
export type Config = z.input<typeof configSchema>;
/** With defaults filled in; options of named things as written, not yet checked by their registries. */
export type ParsedConfig = z.output<typeof configSchema>;

/** Types a configuration file: `export default defineConfig({ members: 4 })`. */
export function defineConfig(config: Config): Config {
  return config;
}

/**
 * Checks a configuration and fills in defaults.
 * @throws UserError naming the path of the bad key, what came and, for an unknown key, the nearest known one
 */
export function parseConfig(config: unknown): ParsedConfig {
  const parsed = configSchema.safeParse(config);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (!issue) throw new UserError("configuration: is not valid.");
  const path = issue.path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0] ?? "";
    const keys =
      path === ""
        ? Object.keys(configSchema.shape)
        : path.startsWith("members")
          ? Object.keys(memberGroup.shape)
          : Object.keys(configSchema.shape.learningRateSchedule.unwrap().shape);
    const close = nearest(key, keys);
    throw new UserError(
      `configuration${path && ` ${path}`}: unknown key "${key}". ${close ? `Did you mean "${close}"? ` : ""}Known keys: ${keys.join(", ")}.`,
    );
  }
  const came = issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], config);
  throw new UserError(`configuration ${path || "as a whole"}: ${issue.message}, got ${JSON.stringify(came)}.`);
}
