import type { Config, RunEvent } from "@benn/core";
import { type RunResult, train as trainWith, type TrainOptions } from "@benn/core/node";
import { openContainer } from "./command/open-container.ts";
import { runOptions } from "./run/run-options.ts";

/** As for `train` of `@benn/core/node`; the container is created here. */
export interface TrainSettings extends Omit<TrainOptions, "container"> {
  /** Base of relative plugin paths, and the project whose package.json may name plugins. Default: the working folder. */
  readonly cwd?: string;
}

/**
 * Trains an ensemble with all plugins that the command uses: the built-in ones, those of the project, and `config.plugins`.
 *
 *     for await (const event of train({ scheme: "samme", members: 4 })) console.log(event.type);
 *
 * @throws UserError for mistakes in the configuration, the plugins, the data or the folder
 */
export async function* train(config: Config, { cwd = process.cwd(), ...options }: TrainSettings = {}): AsyncGenerator<RunEvent, RunResult> {
  const plugins = config.plugins ?? [];
  return yield* trainWith(config, { ...runOptions({ plugins, container: await openContainer(plugins, { cwd }) }, cwd), ...options });
}
