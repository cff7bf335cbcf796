import type { z } from "zod";

/**
 * What a plugin registers under a name: how to create a `T` from options that a user can write in a configuration file.
 *
 * `options` is a zod object in which every key with a sensible default has one; omit it if there are no options. The same schema checks the
 * file, types `--set key=value`, and becomes part of the JSON schema.
 */
export interface Definition<T, S extends z.ZodObject = z.ZodObject> {
  /** One line for `benn plugins`. */
  readonly description: string;
  readonly options?: S;
  /** Of a voter: also measured in runs that choose another one, for comparison. Without it, a voter runs only where it is chosen. */
  readonly compared?: boolean;
  /** Creates the instance; called once per run (architectures: once per member). Throws `UserError` on invalid combinations of options. */
  create(options: z.output<S>): T;
}
