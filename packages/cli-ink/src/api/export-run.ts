import { type Exported, exportRun as exportWith, type ExportOptions } from "@benn/packed/export";
import { openRuns, type RunSettings } from "./open-runs.ts";

/** As for `exportRun` of `@benn/packed/export`; the container is made here. */
export interface ExportSettings extends Omit<RunSettings, "signal" | "onProgress">, Omit<ExportOptions, "container" | "dataset"> {}

/**
 * Packs a run into the bytes of one `.benn` file, as `benn export` does.
 *
 *     await writeFile("NAME.benn", (await exportRun("runs/NAME")).bytes);
 *
 * @throws UserError when the run has no member or something in it cannot be packed
 */
export async function exportRun(folder: string, settings: ExportSettings = {}): Promise<Exported> {
  const { plugins, data, cache, cwd, onWarning, ...options } = settings;
  const opening = { plugins, data, cache, cwd, onWarning };
  const { container, given } = await openRuns([folder], opening);
  return await exportWith(folder, { ...options, container, ...given });
}
