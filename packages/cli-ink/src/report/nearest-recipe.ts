import { type Config, type DependencyContainer, UserError } from "@benn/core";
import { DEFAULTS, resolveConfig } from "@benn/core/node";
import { compareConfigs, flattenConfig, type Recipe } from "@benn/report";
import { applySettings } from "../command/apply-settings.ts";
import { commandName, quoted } from "../command/command-name.ts";
import { presetsOf } from "../command/list-presets.ts";

/** Keys that define whether two runs attempt the same thing. */
const KIND = ["dataset.name", "architecture.name", "binarizer.name", "scheme.name", "mode"];

export interface NearestRecipe {
  readonly recipe: Recipe;
  /** A command that trains the run again. */
  readonly command: string;
}

/**
 * The preset that the run's configuration differs least from: among presets of the run's kind, else among all presets and the defaults. A
 * paper's results are included only if dataset, network, binarizer, scheme and mode are those of the preset.
 * @param asked the preset to compare with
 * @throws UserError for a preset that is not registered
 */
export function nearestRecipe(
  folder: string,
  config: Config,
  { container, asked }: { readonly container: DependencyContainer; readonly asked?: string | undefined },
): NearestRecipe {
  const flat = flatOf(config, container)!;
  const presets = presetsOf(container);
  if (asked !== undefined && !presets[asked])
    throw new UserError(`report --preset ${asked}: there is no such preset. "${commandName()} presets" lists them.`);
  const candidates = [
    { preset: undefined, config: {} as Config, published: undefined },
    ...Object.entries(presets).flatMap(([preset, { config: own, published }]) =>
      asked === undefined || asked === preset ? [{ preset, config: own, published }] : [],
    ),
  ].flatMap((candidate) => {
    const own = flatOf(candidate.config, container);
    if (!own) return [];
    const differences = compareConfigs(own, flat);
    const others = KIND.filter((key) => own[key] !== flat[key]).length;
    return [{ ...candidate, differences, others }];
  });
  const nearest = candidates.toSorted(
    (a, b) => Number(a.others > 0) - Number(b.others > 0) || a.differences.length - b.differences.length || a.others - b.others,
  );
  const best = asked === undefined ? nearest[0] : nearest.find((candidate) => candidate.preset === asked);
  if (!best) throw new UserError(`report --preset ${asked ?? ""}: its configuration is not valid here. Is a plugin missing?`);
  const { preset, published, differences, others } = best;
  return {
    recipe: {
      ...(preset === undefined ? {} : { preset }),
      ...(published && others === 0 ? { published } : {}),
      differences,
    },
    // A preset may contain what no setting can remove, such as the source of its data: settings then start from the defaults.
    command:
      [best, ...candidates.filter((candidate) => candidate.preset === undefined)]
        .map((from) => trainCommand(from, { config, flat, container }))
        .find((found) => found !== undefined) ?? `${commandName()} verify ${quoted(folder)} --whole`,
  };
}

function flatOf(config: Config, container: DependencyContainer): Record<string, string> | undefined {
  try {
    return flattenConfig(groupsOf(resolveConfig(config, container)));
  } catch {
    return undefined; // a preset whose plugin is not loaded: the run was not made from it
  }
}

/** With identical members in groups. */
function groupsOf({ members, ...config }: ReturnType<typeof resolveConfig>): Record<string, unknown> {
  const groups: { count: number; json: string }[] = [];
  for (const settings of members) {
    const json = JSON.stringify(settings);
    const last = groups.at(-1);
    if (last?.json === json) last.count += 1;
    else groups.push({ count: 1, json });
  }
  return { ...config, members: groups.map(({ count, json }) => ({ count, ...(JSON.parse(json) as object) })) };
}

/** `benn train` with the settings that turn the preset into this configuration; undefined if settings cannot express it. */
function trainCommand(
  {
    preset,
    config: base,
    differences,
  }: { readonly preset: string | undefined; readonly config: Config; readonly differences: Recipe["differences"] },
  {
    config,
    flat,
    container,
  }: { readonly config: Config; readonly flat: Readonly<Record<string, string>>; readonly container: DependencyContainer },
): string | undefined {
  const settings = [...new Set(differences.map(({ key }) => key.split(".")[0]!))].flatMap((key) =>
    settingsOf(key, { config, flat, differences }),
  );
  try {
    const again = flatOf(applySettings(base, settings, container.resolve(DEFAULTS)), container);
    if (!again || compareConfigs(again, flat).length > 0) return undefined;
  } catch {
    return undefined; // a setting that --set cannot express: benn verify can still train the run again
  }
  const plugins = (config.plugins ?? []).map((plugin) => ` --plugin ${quoted(plugin)}`).join("");
  const set = settings.length === 0 ? "" : ` --set ${settings.map(quoted).join(" ")}`;
  return `${commandName()} train${preset === undefined ? "" : ` --preset ${quoted(preset)}`}${plugins}${set}`;
}

/** The settings for one key of the configuration: its name before its options; a list as a whole. */
function settingsOf(
  key: string,
  {
    config,
    flat,
    differences,
  }: { readonly config: Config; readonly flat: Readonly<Record<string, string>>; readonly differences: Recipe["differences"] },
): string[] {
  const whole: unknown = config[key as keyof Config];
  const inside = Object.entries(flat).filter(([path]) => path.startsWith(`${key}.`));
  if (Array.isArray(whole) && flat[key] === undefined) return [`${key}=${JSON.stringify(whole)}`];
  if (inside.length === 0) return flat[key] === undefined ? [] : [`${key}=${plain(flat[key])}`];
  const name = differences.find((one) => one.key === `${key}.name`)?.now;
  const changed = name === undefined ? inside.filter(([path]) => differences.some((one) => one.key === path)) : inside;
  return [
    ...(name === undefined ? [] : [`${key}=${plain(name)}`]),
    ...changed.filter(([path]) => path !== `${key}.name`).map(([path, value]) => `${path}=${plain(value)}`),
  ];
}

/** Text without quotes, unless it would then parse as JSON. */
function plain(json: string): string {
  const value: unknown = JSON.parse(json);
  return typeof value === "string" && /^[A-Za-z][\w./-]*$/.test(value) && !["true", "false", "null"].includes(value) ? value : json;
}
