import { type DependencyContainer, type Preset, PRESETS, type Published } from "@benn/core";
import { listWidth, wrappedTable } from "../run/wrapped-table.ts";
import { configure } from "./configure.ts";
import { print, printJson } from "./print.ts";

/** `benn presets` */
export async function listPresets({ plugin = [], json }: { readonly plugin?: readonly string[]; readonly json?: boolean }): Promise<void> {
  const { container } = await configure({ settings: [], plugins: plugin }, process.cwd());
  const presets = presetsOf(container);
  if (json) printJson(presets);
  else print(`${presetLines(presets).join("\n")}\n`);
}

interface DescribedPreset extends Preset {
  readonly description: string;
}

/** Every preset by name. */
export function presetsOf(container: DependencyContainer): Readonly<Record<string, DescribedPreset>> {
  const registry = container.resolve(PRESETS);
  return Object.fromEntries(
    registry.entries().map(({ name, definition: { description } }) => [name, { description, ...registry.create(name) }]),
  );
}

export function presetLines(presets: Readonly<Record<string, DescribedPreset>>, width: number = listWidth()): string[] {
  return wrappedTable(
    Object.entries(presets).map(([name, { description, published }]) => [
      name,
      published ? `${description} (${publishedWords(published)})` : description,
    ]),
    { width },
  );
}

function publishedWords({ single, ensemble, overfitsFrom }: Published): string {
  const rise = `published: ${single.toFixed(2)} → ${ensemble.toFixed(2)} %`;
  return overfitsFrom === undefined ? rise : `${rise}, overfits from member ${overfitsFrom}`;
}
