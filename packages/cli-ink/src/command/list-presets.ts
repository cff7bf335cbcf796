import { type Config, type DependencyContainer, type Preset, PRESETS, type Published } from "@benn/core";
import { listWidth, wrappedTable } from "../run/wrapped-table.ts";
import { wrap } from "../run/wrap.ts";
import { commandName } from "./command-name.ts";
import { configLines } from "./config-lines.ts";
import { configure } from "./configure.ts";
import { print, printJson } from "./print.ts";

/**
 * `benn presets`
 * @param asked presets to describe in full; if empty, lists all
 * @throws UserError for an unknown preset
 */
export async function listPresets(
  asked: readonly string[],
  { plugin = [], json }: { readonly plugin?: readonly string[]; readonly json?: boolean },
): Promise<void> {
  const { container } = await configure({ settings: [], plugins: plugin }, process.cwd());
  const all = presetsOf(container);
  const names = asked.map((name) => container.resolve(PRESETS).entry(name).name);
  const presets = asked.length === 0 ? all : Object.fromEntries(names.map((name) => [name, all[name]!]));
  if (json) return printJson(presets);
  print(
    `${(asked.length === 0 ? presetLines(presets) : Object.entries(presets).flatMap(([name, preset]) => presetDetails(name, preset))).join("\n")}\n`,
  );
}

export interface DescribedPreset extends Preset {
  readonly description: string;
}

/** Every preset by name. */
export function presetsOf(container: DependencyContainer): Readonly<Record<string, DescribedPreset>> {
  const registry = container.resolve(PRESETS);
  return Object.fromEntries(
    registry.entries().map(({ name, definition: { description } }) => [name, { description, ...registry.create(name) }]),
  );
}

/** One or two lines per preset. */
export function presetLines(presets: Readonly<Record<string, DescribedPreset>>, width: number = listWidth()): string[] {
  return [
    ...wrappedTable(
      Object.entries(presets).map(([name, { description }]) => [name, description]),
      { width },
    ),
    "",
    `Configuration and published result of one: "${commandName()} presets NAME".`,
  ];
}

/** What a preset trains, its published results, its configuration, and how to train it. */
export function presetDetails(name: string, { description, published, config }: DescribedPreset, width: number = listWidth()): string[] {
  return [
    ...wrappedTable([[name, description]], { width }),
    ...(published ? ["", ...publishedLines(published).flatMap((line) => wrap(line, width))] : []),
    "",
    "Configuration:",
    ...configLines(config satisfies Config, { width, indent: 2 }),
    "",
    `  ${commandName()} train --preset ${name} --dry-run   what it would do`,
    "",
  ];
}

function publishedLines({ single, ensemble, overfitsFrom }: Published): string[] {
  return [
    `Published: one member ${single.toFixed(2)} %, the ensemble ${ensemble.toFixed(2)} %${
      overfitsFrom === undefined ? "" : `; from member ${overfitsFrom} on the published ensemble overfits`
    }.`,
  ];
}
