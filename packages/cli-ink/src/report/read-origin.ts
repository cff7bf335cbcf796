import { basename, dirname, join } from "node:path";
import { type Config, z } from "@benn/core";
import type { Origin } from "@benn/report";
import { commandName, quoted } from "../command/command-name.ts";

const selected = z.looseObject({
  selection: z.looseObject({
    runs: z.array(z.string()),
    voter: z.string(),
    metric: z.string(),
    seed: z.number(),
    bags: z.number(),
    steps: z.number(),
    share: z.number(),
    budget: z.string().optional(),
    whitening: z.boolean().optional(),
  }),
  members: z.array(z.looseObject({ run: z.string(), member: z.number(), weights: z.string() })),
});
const imported = z.looseObject({
  format: z.string(),
  checkpoints: z.array(z.looseObject({ file: z.string(), sha256: z.string() })),
});

export interface ReadOrigin {
  readonly origin: Origin;
  /** A command that selects the members again, if the runs are in the same places relative to this one. */
  readonly command?: string;
}

/**
 * Where the members of a run come from that were not trained in it.
 * @param origin from its experiment.json; undefined: they were trained in it
 * @param trained number of existing members
 */
export function readOrigin(
  folder: string,
  { origin, config, trained }: { readonly origin: unknown; readonly config: Config; readonly trained: readonly number[] },
): ReadOrigin | undefined {
  if (origin === undefined) return undefined;
  const chosen = selected.safeParse(origin);
  if (chosen.success) {
    const { selection, members } = chosen.data;
    const { runs, voter, metric, seed, bags, steps, share, budget, whitening } = selection;
    const settings: readonly (readonly [name: string, value: string])[] = [
      ["voter", voter],
      ["metric", metric],
      ["seed", String(seed)],
      ["bags", String(bags)],
      ["steps", String(steps)],
      ["share", String(share)],
      ...(budget === undefined ? [] : [["budget", budget] as const]),
    ];
    const folders = runs.map((run) => quoted(join(dirname(folder), run)));
    const plugins = (config.plugins ?? []).map((plugin) => `--plugin ${quoted(plugin)}`);
    const options = settings.map(([name, value]) => `--${name} ${quoted(value)}`);
    return {
      origin: {
        isChosen: true,
        how: [["runs", runs.join(", ")], ...settings],
        members: trained
          .flatMap((member) => members[member] ?? [])
          .map(({ run, member, weights }) => ({
            from: `${run}, member ${member + 1}`,
            sha256: weights,
          })),
      },
      command: [commandName(), "select", ...folders, ...options, ...(whitening === false ? ["--no-whitening"] : []), ...plugins].join(" "),
    };
  }
  const checkpoints = imported.safeParse(origin);
  return {
    origin: {
      isChosen: false,
      how: checkpoints.success ? [["from", checkpoints.data.format]] : [],
      members: checkpoints.success
        ? trained
            .flatMap((member) => checkpoints.data.checkpoints[member] ?? [])
            .map(({ file, sha256 }) => ({ from: basename(file), sha256 }))
        : [],
    },
  };
}
