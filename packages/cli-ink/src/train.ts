import type { Config, RunEvent } from "@benn/core";
import { openRun, type PluginSource, type RunResult, train as trainWith, type TrainOptions } from "@benn/core/node";
import { type ArrayData, ARRAYS, arraysPlugin } from "./api/arrays.ts";
import { openContainer } from "./command/open-container.ts";
import { openRunContainer, pluginsOfRun, refuseForeignBackend } from "./command/plugins-of-run.ts";
import { absolutePlugin } from "./command/read-config-file.ts";
import { runOptions } from "./run/run-options.ts";

/** As for `train` of `@benn/core/node`; the container is made here. */
export interface TrainSettings extends Omit<TrainOptions, "container" | "data"> {
  /** Plugins besides the built-in ones and those of `config.plugins`: values, packages, or paths. With values, members are trained one by one. */
  readonly plugins?: readonly PluginSource[];
  /** Images and labels in memory, as the dataset `arrays`. Members are trained one by one. */
  readonly data?: ArrayData;
  /** Base of relative plugin paths, and the project whose package.json may name plugins. Default: the working folder. */
  readonly cwd?: string;
}

/** The events of a training; it goes on as they are taken. */
export interface Training extends AsyncGenerator<RunEvent, RunResult> {
  /** Goes on to the end, and returns the run folder and why the run ended. After a loop: what it came to; "interrupted" if it was broken off. */
  finish(): Promise<RunResult>;
}

/**
 * Trains an ensemble with everything the command knows: the built-in plugins, those of the project, and those that are given.
 *
 *     for await (const event of train({ scheme: "samme", members: 4 })) console.log(event.type);
 *     const { folder } = await train({ members: 4 }).finish();
 *     await train({}, { resume: folder }).finish();
 *
 * @throws UserError for mistakes in the configuration, the plugins, the data or the folder
 */
export function train(config: Config = {}, settings: TrainSettings = {}): Training {
  let folder: string | undefined;
  let outcome: { readonly result: RunResult } | { readonly error: unknown } | undefined;
  async function* events(): AsyncGenerator<RunEvent, RunResult> {
    try {
      const onFolder = (path: string): void => {
        folder = path;
        settings.onFolder?.(path);
      };
      const result = yield* trainWith(...(await prepare(config, { ...settings, onFolder })));
      outcome = { result };
      return result;
    } catch (error) {
      outcome = { error };
      throw error;
    }
  }
  const training = events();
  const finish = async (): Promise<RunResult> => {
    for (let done = false; !done;) done = (await training.next()).done === true;
    if (outcome && "error" in outcome) throw outcome.error;
    if (outcome) return outcome.result;
    if (folder === undefined) throw new Error("The training was broken off before it had a run folder.");
    return { folder, reason: "interrupted" };
  };
  return Object.assign(training, { finish });
}

async function prepare(config: Config, settings: TrainSettings): Promise<Parameters<typeof trainWith>> {
  const { cwd = process.cwd(), plugins: given = [], data, ...options } = settings;
  const all = [...(config.plugins ?? []), ...given];
  const named = all.filter((plugin) => typeof plugin === "string").map((plugin) => absolutePlugin(plugin, cwd));
  const values = [...given.filter((plugin) => typeof plugin !== "string"), ...(data ? [arraysPlugin(data)] : [])];
  const saved = options.resume === undefined ? undefined : await openRun(options.resume);
  if (saved) refuseForeignBackend(saved, cwd);
  const plugins = saved ? await pluginsOfRun(saved, named, cwd) : named;
  const container = await (saved
    ? openRunContainer(saved, [...plugins, ...values], { cwd, trains: true })
    : openContainer([...plugins, ...values], { cwd }));
  const { executor, ...others } = runOptions({ plugins, container }, cwd);
  // Threads load plugins by name; what is a value is in this one.
  const threads = values.length === 0 && executor ? { executor } : {};
  const isNew = saved === undefined;
  const recorded = isNew && named.length > 0 ? { ...config, plugins: named } : config;
  return [isNew && data ? { dataset: ARRAYS, ...recorded } : recorded, { ...others, ...threads, ...options }];
}
