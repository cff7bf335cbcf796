import type { z } from "zod";

/**
 * What a plugin registers under a name: how to make one `T` from options a user can write in a configuration file.
 *
 * `options` is a zod object in which every key that has a sensible default has it; leave it out when there are none.
 * The same schema checks the file, types `--set key=value`, and becomes part of the JSON schema.
 */
export interface Definition<T, S extends z.ZodObject = z.ZodObject> {
  /** One line for `benn plugins`. */
  readonly description: string;
  readonly options?: S;
  /** Makes the thing; called once a run (architectures: once a member). Throws `UserError` on options that cannot be. */
  create(options: z.output<S>): T;
}
