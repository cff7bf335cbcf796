import { type DependencyContainer, type LoadedDataset, type Spec, UserError } from "@benn/core";
import { differenceOfData, loadDataset, readRunData, resolveConfig, type SavedRun } from "@benn/core/node";

interface RunDataOptions {
  readonly container: DependencyContainer;
  /** Whether the images themselves are needed, in addition to what the run stores of its data; "wanted": if available. */
  readonly images: "needed" | "wanted" | "not needed";
  /** Where they are now, if not where the run says. */
  readonly dataset?: Spec | undefined;
}

/**
 * The data of a run that an export needs. Shape, labels and preprocessing are stored with the run, so that its data may be gone; they are
 * loaded only if images are needed, or if the run is of a version that stored nothing.
 * @returns the caller disposes the data; `lacking`: why wanted images are missing
 * @throws UserError if they are not the data that the run was made with
 */
export async function openRunData(
  run: SavedRun,
  { container, images, dataset }: RunDataOptions,
): Promise<{ readonly data: LoadedDataset; readonly lacking?: string }> {
  const named = (run.config.dataset as Spec | undefined)?.["data"];
  const isElsewhere = dataset !== undefined && dataset["data"] !== named;
  const kept = images === "needed" || isElsewhere ? undefined : await readRunData(run.folder);
  if (kept && images === "not needed") return { data: kept };
  try {
    return { data: await load(run, container, dataset) };
  } catch (error) {
    if (!kept || !(error instanceof UserError)) throw error;
    return { data: kept, lacking: error.message };
  }
}

async function load(run: SavedRun, container: DependencyContainer, dataset: Spec | undefined): Promise<LoadedDataset> {
  const loading = loadDataset(resolveConfig({ ...run.config, ...(dataset ? { dataset } : {}) }, container), container);
  let loaded = await loading.next();
  while (!loaded.done) loaded = await loading.next();
  const data = loaded.value;
  const difference = await differenceOfData(run.folder, { data, container, ...(dataset ? { dataset } : {}) });
  if (difference === undefined) return data;
  data.dispose?.();
  throw new UserError(`export: run ${run.folder} was made with other data (${difference}). Name the data that it was made with by --data.`);
}
