import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Config, PRESETS, UserError } from "@benn/core";
import { printable } from "@benn/core/internals";
import { lockRun, portableConfig, resolveConfig, type RunLock, settleBackend } from "@benn/core/node";
import type { RunNews, RunOutcome, WantedRun } from "@benn/queue";
import type { QueuePlace } from "../run/thread-messages.ts";
import { needed } from "../optional-package.ts";
import { machineClass } from "../run/machine-class.ts";
import { imagesPerSecond, table } from "../run/format.ts";
import { type ListedRun, readRuns } from "../runs/read-runs.ts";
import { runLines } from "../runs/run-lines.ts";
import { seedLines } from "../sweep/seed-lines.ts";
import { type SweptRun, sweptRuns } from "../sweep/sweep-plan.ts";
import { recordSweep } from "../sweep/sweep-record.ts";
import { commandName, quoted } from "./command-name.ts";
import { type Configured, configure } from "./configure.ts";
import { EXIT, exitCodeOf, type StopSignal } from "./exit-codes.ts";
import { Exit } from "./failure.ts";
import { openContainer } from "./open-container.ts";
import { print, printJson, printLines, say } from "./print.ts";
import { progressLine } from "./progress-line.ts";
import { queuePlace } from "./queue-place.ts";
import { onStopSignal } from "./stop-signals.ts";

export interface SweepOptions {
  readonly file?: string;
  readonly on?: string | true;
  readonly store?: string;
  readonly class?: string;
  readonly ca?: string;
  readonly insecure?: boolean;
  readonly preset?: readonly string[];
  readonly seeds: readonly number[];
  readonly grid?: readonly string[];
  readonly set?: readonly string[];
  readonly backend?: string;
  readonly plugin?: readonly string[];
  readonly out: string;
  readonly data?: string;
  readonly report?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `benn sweep` */
export async function sweep(options: SweepOptions): Promise<void> {
  const { out, json = false, dryRun = false } = options;
  const cwd = process.cwd();
  const place = dryRun ? undefined : queuePlace(options.on ?? true, options);
  const { runs, plugins } = await planOf(options, cwd);
  if (dryRun) return printPlan(runs, json);
  await recordSweep(out, runs);
  const lock = await lockSweep(out);
  try {
    await follow(runs, plugins, place, options);
  } finally {
    await lock.release();
  }
}

/** One process at a time brings runs into the folder. */
async function lockSweep(out: string): Promise<RunLock> {
  try {
    return await lockRun(out);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`sweep ${out}: another process follows it already. Wait for that one, or choose another folder with --out.`, {
      cause: error,
    });
  }
}

async function follow(
  runs: readonly PlannedRun[],
  plugins: readonly string[],
  place: QueuePlace | undefined,
  options: SweepOptions,
): Promise<void> {
  const { json = false } = options;
  const cwd = process.cwd();
  const there = await readRuns(runs.flatMap(({ folder }) => (existsSync(join(folder, "experiment.json")) ? [folder] : [])));
  const done = new Set(there.filter(isOver).map(({ name }) => name));
  const wanted = runs.filter(({ name }) => !done.has(name));
  const shown = new SweepLines(runs.length, done.size, json);
  if (!json && done.size > 0) printLines([`${done.size} of ${runs.length} runs are trained already.`]);
  const { queueRuns } = await needed("benn sweep", "@benn/queue", import("@benn/queue"));
  const leave = new AbortController();
  let stopped: StopSignal | undefined;
  const release = onStopSignal((signal) => {
    stopped ??= signal;
    leave.abort();
  });
  let outcomes: ReadonlyMap<string, RunOutcome>;
  try {
    const classes = new Map<string, ReturnType<typeof machineClass>>();
    outcomes =
      place === undefined || wanted.length === 0
        ? new Map()
        : await queueRuns(wanted, {
            ...place,
            signal: leave.signal,
            classOf(backend) {
              const key = JSON.stringify(backend);
              const found = classes.get(key) ?? machineClass(backend, plugins, cwd);
              classes.set(key, found);
              return found;
            },
            onNews: (news) => shown.show(news),
          });
  } finally {
    release();
    shown.close();
  }
  if (stopped !== undefined && outcomes.size < wanted.length) {
    say(
      `${stopped}: left. Workers train on; the same command shows and collects their runs, and "${commandName()} queue cancel" ends them.\n`,
    );
    throw new Exit(exitCodeOf(stopped));
  }
  await tellResults(runs, outcomes, options);
}

/** A run of the sweep, resolved. */
interface PlannedRun extends SweptRun, WantedRun {}

async function planOf(options: SweepOptions, cwd: string): Promise<{ runs: PlannedRun[]; plugins: readonly string[] }> {
  const { file, set = [], grid = [], seeds, plugin = [], backend, out } = options;
  const presets =
    options.preset === undefined ? [] : presetsNamed(options.preset, (await openContainer(plugin, { cwd })).resolve(PRESETS).names());
  const runs: PlannedRun[] = [];
  let plugins: readonly string[] = [];
  for (const swept of sweptRuns({ presets, seeds, grid })) {
    const configured = await configure(
      {
        ...(file === undefined ? {} : { file }),
        ...(swept.preset === undefined ? {} : { preset: swept.preset }),
        settings: [...set, ...swept.settings, `seed=${swept.seed}`],
        plugins: plugin,
        ...(backend === undefined ? {} : { backend }),
      },
      cwd,
    );
    ({ plugins } = configured);
    runs.push({ ...swept, config: await portable(configured, swept.name), folder: join(out, swept.name) });
  }
  return { runs, plugins };
}

/** @throws UserError for what lies in a folder of this machine, and workers do not have */
async function portable({ config, container }: Configured, name: string): Promise<Config> {
  const resolved = await settleBackend(resolveConfig({ ...config, name }, container), container);
  if (resolved.init !== undefined || resolved.given.length > 0)
    throw new UserError(
      "sweep: init and given name folders of this machine, which workers do not have. Train such runs here, with benn train.",
    );
  return portableConfig(resolved, container);
}

/** Names, and those that a pattern with * fits. */
function presetsNamed(asked: readonly string[], names: readonly string[]): string[] {
  const all = asked.flatMap((text) => text.split(",").map((word) => word.trim()));
  return [
    ...new Set(
      all.flatMap((word) => {
        if (!word.includes("*")) return [word];
        const pattern = new RegExp(
          `^${word
            .split("*")
            .map((part) => part.replaceAll(/[^\w-]/g, String.raw`\$&`))
            .join(".*")}$`,
        );
        const found = names.filter((name) => pattern.test(name));
        if (found.length === 0) throw new UserError(`--preset ${word}: fits no preset. "${commandName()} presets" lists them.`);
        return found;
      }),
    ),
  ];
}

function isOver({ status }: ListedRun): boolean {
  return status === "finished" || status === "stopped early";
}

function printPlan(runs: readonly PlannedRun[], json: boolean): void {
  if (json) return printJson(runs.map(({ name, preset, seed, config }) => ({ name, preset, seed, config })));
  const rows = runs.map(({ name, seed, config: { members, epochs } }) => [
    name,
    String(seed),
    String(Array.isArray(members) ? members.length : members),
    String(epochs),
  ]);
  print(`${table([["run", "seed", "members", "epochs"], ...rows]).join("\n")}\n\n`);
  printLines([`${runs.length} runs. Nothing was queued or written.`]);
}

/** What happens in a sweep, a line each, and how far it is. */
class SweepLines {
  readonly #json: boolean;
  readonly #total: number;
  readonly #progress: ReturnType<typeof progressLine>;
  readonly #training = new Map<string, number>();
  #done: number;

  constructor(total: number, done: number, json: boolean) {
    this.#json = json;
    this.#total = total;
    this.#done = done;
    this.#progress = progressLine({ json });
  }

  show(news: RunNews): void {
    if (this.#json) return print(`${JSON.stringify({ ...news, at: Date.now() })}\n`);
    if (news.kind === "taken") this.#training.set(news.run, 0);
    if (news.kind === "event" && news.event.clock.imagesPerSecond !== undefined)
      this.#training.set(news.run, news.event.clock.imagesPerSecond);
    if (news.kind === "over") {
      this.#training.delete(news.run);
      if (news.state === "done") this.#done += 1;
    }
    const line = lineOf(news);
    if (line !== undefined) {
      this.#progress.clear();
      printLines([printable(line)]);
    }
    const pace = [...this.#training.values()].reduce((sum, own) => sum + own, 0);
    const what = `${this.#training.size} training${pace > 0 ? `, ${imagesPerSecond(pace)}` : ""}; runs done`;
    this.#progress.show({ what, done: this.#done, total: this.#total });
  }

  close(): void {
    this.#progress.clear();
  }
}

function lineOf(news: RunNews): string | undefined {
  if (news.kind === "message") return news.message;
  if (news.kind === "taken") return `${news.run}: ${news.attempt > 1 ? "taken over by" : "trains on"} ${news.worker}`;
  if (news.kind !== "over") return undefined;
  if (news.state === "done") return `${news.run}: done on ${news.worker}`;
  if (news.state === "failed") return `${news.run}: failed: ${news.message}`;
  return `${news.run}: ${news.state === "stopped" ? "stopped and saved, as was asked" : "taken from the queue"}`;
}

/** The table at the end, the report over all, and the exit code. */
async function tellResults(
  runs: readonly PlannedRun[],
  outcomes: ReadonlyMap<string, RunOutcome>,
  { json = false, report: file, data, plugin }: SweepOptions,
): Promise<void> {
  const listed = await readRuns(runs.flatMap(({ folder }) => (existsSync(join(folder, "experiment.json")) ? [folder] : [])));
  const over = listed.filter(isOver);
  const failed = [...outcomes].flatMap(([name, outcome]) => (outcome.state === "failed" ? [{ name, message: outcome.message }] : []));
  if (json) print(`${JSON.stringify({ kind: "sweep", runs: listed, failed })}\n`);
  else {
    const width = process.stdout.columns ?? 80;
    print(`\n${[...runLines(listed, width), ...seedLines(runs, listed, width)].join("\n")}\n\n`);
  }
  const folders = over.map(({ folder }) => folder);
  if (file !== undefined && folders.length > 0) {
    const { report } = await import("./report.ts");
    await report(folders, {
      on: "test",
      time: false,
      out: file,
      json,
      ...(data === undefined ? {} : { data }),
      ...(plugin === undefined ? {} : { plugin }),
    });
  } else if (!json && folders.length > 1)
    printLines([`A page over all: ${commandName()} report ${folders.length > 4 ? "RUN…" : folders.map(quoted).join(" ")}`]);
  if (failed.length > 0) {
    if (!json) printLines([`${failed.length} of ${runs.length} runs failed. The same command tries them again from where they stand.`]);
    throw new Exit(EXIT.mistake);
  }
  if (over.length < runs.length) {
    if (!json) printLines([`${over.length} of ${runs.length} runs are done. The same command goes on with the others.`]);
    throw new Exit(EXIT.again);
  }
}
