import type { DependencyContainer } from "tsyringe";
import { DATASETS, type LoadedDataset, type LoadOptions } from "../dataset.ts";
import type { Progress, RunEvent } from "../events.ts";
import { createRandom } from "../random.ts";
import type { ResolvedConfig } from "../train/resolve-config.ts";

/** Loads the data and reports progress as events. */
export async function* loadDataset(
  config: ResolvedConfig,
  container: DependencyContainer,
  signal?: AbortSignal,
): AsyncGenerator<RunEvent, LoadedDataset> {
  const queue: Progress[] = [];
  let wake: () => void = () => {};
  const options: LoadOptions = {
    validation: config.validation,
    random: createRandom(config.validationSeed ?? config.seed, "validation"),
    onProgress: (progress) => {
      queue.push({ type: "progress", ...progress });
      wake();
    },
    ...(signal ? { signal } : {}),
  };
  let settled = false;
  const loading = container
    .resolve(DATASETS)
    .create(config.dataset)
    .load(options)
    .finally(() => {
      settled = true;
      wake();
    });
  loading.catch(() => {}); // awaited below; without this, a failure while an event is being shown would count as unhandled
  while (!settled || queue.length > 0) {
    const progress = queue.shift();
    if (progress) yield { ...progress, clock: { at: Date.now() } };
    else await new Promise<void>((resolve) => (wake = resolve));
  }
  return await loading;
}
