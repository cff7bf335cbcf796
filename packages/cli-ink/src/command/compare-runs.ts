import { basename, resolve } from "node:path";
import { followEvents, isTraining, readExperiment } from "@benn/core/node";
import { flattenConfig } from "@benn/report/configs";
import { initialState, reduce } from "../run/run-state.ts";
import { headline } from "../run/summary.ts";
import { voteMetrics } from "../run/run-metrics.ts";
import { metricText } from "../run/metric-values.ts";
import { table } from "../run/format.ts";
import type { ComparedRun, SettingRow } from "../screen/compare-frame.ts";
import type { Ui } from "./choose-ui.ts";
import { exitCodeOf } from "./exit-codes.ts";
import { Exit } from "./failure.ts";
import type { ScreenLooks } from "./open-screen.ts";
import { print, printJson } from "./print.ts";
import { onStopSignal } from "./stop-signals.ts";

/** `benn watch` of several runs. */
export async function compareRuns(folders: readonly string[], { ui, ...asked }: ScreenLooks & { readonly ui: Ui }): Promise<void> {
  const end = new AbortController();
  const configs = await Promise.all(folders.map(async (folder) => flattenConfig((await readExperiment(folder)).config)));
  const settings = differences(configs);
  const runs: ComparedRun[] = folders.map((folder) => ({ name: basename(resolve(folder)), state: initialState }));
  const read = async (at: number, follow: boolean, changed: () => void): Promise<void> => {
    let { state } = runs[at]!;
    for await (const event of followEvents(folders[at]!, { follow, signal: end.signal })) {
      state = reduce(state, event);
      runs[at] = { ...runs[at]!, state };
      if (follow) changed();
    }
    changed();
  };
  if (ui !== "ink") {
    await Promise.all(folders.map((_, at) => read(at, false, () => {})));
    return ui === "json" ? printJson(asJson(runs, settings)) : print(`${lines(runs, settings).join("\n")}\n`);
  }
  const { chooseLooks } = await import("../screen/looks.ts");
  const looks = await chooseLooks(asked);
  const { compareScreen } = await import("../screen/compare-screen.tsx");
  const left = Promise.withResolvers<number>();
  const signals = onStopSignal((signal) => left.resolve(exitCodeOf(signal)));
  const screen = compareScreen({ runs, settings, looks, quit: () => left.resolve(0) });
  const changed = (): void => screen.show({ runs: [...runs], settings });
  const reading = Promise.all(folders.map(async (folder, at) => await read(at, await isTraining(folder), changed)));
  reading.catch(left.reject);
  try {
    const exitCode = await left.promise;
    if (exitCode !== 0) throw new Exit(exitCode);
  } finally {
    end.abort();
    await screen.close();
    signals();
  }
}

/** Keys in which the flattened configurations differ. */
export function differences(configs: readonly Readonly<Record<string, string>>[]): SettingRow[] {
  const keys = [...new Set(configs.flatMap((config) => Object.keys(config)))].toSorted();
  return keys.map((key) => ({ key, values: configs.map((config) => config[key]) })).filter(({ values }) => new Set(values).size > 1);
}

function lines(runs: readonly ComparedRun[], settings: readonly SettingRow[]): string[] {
  const votes = runs.map(({ name, state }) => {
    const [metric] = voteMetrics(state);
    const done = metric && headline(state, metric);
    return [
      name,
      done ? String(done.members) : "–",
      done ? metricText(metric, done.mean) : "–",
      done ? metricText(metric, done.value) : "–",
    ];
  });
  const rows = settings.map(({ key, values }) => [key, ...values.map((value) => value ?? "–")]);
  return [
    ...table([["run", "members", "mean single", "vote"], ...votes]),
    "",
    ...(rows.length > 0 ? table([["setting", ...runs.map(({ name }) => name)], ...rows]) : ["The configurations do not differ."]),
  ];
}

function asJson(runs: readonly ComparedRun[], settings: readonly SettingRow[]): unknown {
  return {
    runs: runs.map(({ name, state }) => ({ name, staged: state.staged.map(({ members, metrics }) => ({ members, metrics })) })),
    settings: settings.map(({ key, values }) => ({
      key,
      values: values.map((value) => (value === undefined ? null : (JSON.parse(value) as unknown))),
    })),
  };
}
