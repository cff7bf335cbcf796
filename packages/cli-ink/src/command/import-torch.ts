import { UserError } from "@benn/core";
import { importTorch as importCheckpoints, type ImportPlan, planImport, readKeyMap, shown } from "@benn/import-torch";
import { count, table } from "../run/format.ts";
import { initialState, reduce } from "../run/run-state.ts";
import { configure } from "./configure.ts";
import { EXIT, exitCodeOf } from "./exit-codes.ts";
import { Exit } from "./failure.ts";
import { screenOpener } from "./open-screen.ts";
import { onOutputLoss } from "./output-loss.ts";
import { print, printJson, say } from "./print.ts";
import { progressLine } from "./progress-line.ts";
import { onStopSignal } from "./stop-signals.ts";
import { farewell } from "./train.ts";

export interface ImportTorchOptions {
  readonly preset?: string;
  readonly config?: string;
  readonly set?: readonly string[];
  readonly plugin?: readonly string[];
  readonly data?: string;
  readonly backend?: string;
  readonly out?: string;
  readonly keyMap?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `benn import-torch` */
export async function importTorch(paths: readonly string[], options: ImportTorchOptions): Promise<void> {
  const { preset, config: file, set, plugin = [], data, backend, out, keyMap, json } = options;
  const request = { settings: set ?? [], plugins: plugin, ...given({ preset, file, data, backend }) };
  const { config, container } = await configure(request, process.cwd());
  const progress = progressLine({ json });
  progress.show({ what: "reading data and checkpoints", done: 0, total: 0 });
  const plan = await planImport(paths, config, { container, ...(keyMap === undefined ? {} : { keyMap: await readKeyMap(keyMap) }) });
  progress.clear();
  if (options.dryRun) return json ? printJson(planFacts(plan)) : print(`${importPlanLines(plan).join("\n")}\n`);

  const stop = new AbortController();
  let exitCode = exitCodeOf("SIGINT");
  const interrupt = (code = exitCodeOf("SIGINT")): void => {
    if (!stop.signal.aborted) exitCode = code;
    stop.abort();
  };
  const signals = onStopSignal((signal) => interrupt(exitCodeOf(signal)));
  const output = onOutputLoss(({ stream, kind, message }) => {
    if (stream === "stderr") return;
    if (kind === "reader") interrupt(EXIT.readerLeft);
    else say(`${message} The import continues.\n`);
  });
  let state = initialState;
  let folder = "";
  const open = await screenOpener(json ? "json" : "plain", {});
  const screen = open({
    state,
    watching: true,
    live: false,
    place: () => undefined,
    keys: { quit: () => interrupt(), interrupt: () => interrupt(), note: () => undefined },
  });
  try {
    const events = importCheckpoints(plan, {
      container,
      signal: stop.signal,
      ...given({ out }),
      onFolder: (path) => (folder = path),
      onRows: ({ member, done, total }) => progress.show({ what: `member ${member + 1} of ${plan.members.length}, images`, done, total }),
    });
    for await (const event of events) {
      progress.clear();
      state = reduce(state, event);
      screen.show(event);
    }
  } catch (error) {
    progress.clear();
    if (!stop.signal.aborted || error instanceof UserError) throw error;
    say("Stopped; nothing was written.\n");
    throw new Exit(exitCode);
  } finally {
    await screen.close();
    signals();
    output();
  }
  if (!json) print(farewell(state, folder));
}

/** The import plan as text: every member's file, and the source of the weights for each kind of network. */
export function importPlanLines(plan: ImportPlan): string[] {
  const { members, run, files, alphas } = plan;
  const { dataset } = run;
  const said = (facts: Readonly<Record<string, unknown>>, skipped: readonly string[]): string =>
    [...Object.entries(facts).map(([name, value]) => `${name} ${String(value)}`), ...skipped.map((name) => `${name} left out`)].join(", ");
  const kinds = new Map(members.toReversed().map((member) => [member.net.label, member]));
  return [
    `Members, judged on ${count(dataset.train)} training and ${count(dataset.test)} test images of ${dataset.name}`,
    "",
    ...table(
      [
        ["member", "file", "net", "alpha", "beside the weights"],
        ...members.map(({ path, net, facts, skipped }, member) => [
          String(member + 1),
          path,
          net.label,
          alphas ? String(alphas[member]) : "by the scheme",
          said(facts, skipped),
        ]),
      ],
      { left: 5 },
    ).map((line) => `  ${line}`),
    ...[...kinds.values()]
      .toReversed()
      .flatMap(({ net, weights }) => [
        "",
        `Weights of ${net.label}`,
        "",
        ...table(
          [
            ["key", "shape", "weight", "shape"],
            ...weights.map(({ from, fromShape, to, shape }) => [from, shown(fromShape), to, shown(shape)]),
          ],
          { left: 4 },
        ).map((line) => `  ${line}`),
      ]),
    "",
    ...(files.sampleWeights.size > 0 ? [`Sample weights: ${[...files.sampleWeights.values()].join(", ")}`] : []),
    "Nothing was imported or written.",
  ];
}

function planFacts({ members, run, alphas }: ImportPlan): unknown {
  return {
    config: run.config,
    members: members.map(({ path, sha256, facts, skipped, weights }, member) => ({
      path,
      sha256,
      facts,
      skipped,
      ...(alphas ? { alpha: alphas[member] } : {}),
      weights: weights.map(({ from, fromShape, to, shape }) => ({ from, fromShape, to, shape })),
    })),
  };
}

/** The options that are set. */
function given<T extends Readonly<Record<string, string | undefined>>>(options: T): { [K in keyof T]?: string } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: string };
}
