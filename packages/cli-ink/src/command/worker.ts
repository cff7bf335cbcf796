import { availableParallelism } from "node:os";
import { extname } from "node:path";
import { SHARE_ENV, Worker } from "node:worker_threads";
import { BACKENDS, type Config, type DependencyContainer, type Spec, UserError } from "@benn/core";
import { machineMemory, resolveConfig, threadLane } from "@benn/core/node";
import { printable } from "@benn/core/internals";
import type { WorkerNews } from "@benn/queue";
import { needed } from "../optional-package.ts";
import { machineClass } from "../run/machine-class.ts";
import type { MemberThreadData } from "../run/member-threads.ts";
import type { RunThreadData } from "../run-worker.ts";
import { configure } from "./configure.ts";
import { print, say } from "./print.ts";
import { queuePlace } from "./queue-place.ts";
import { onStopSignal } from "./stop-signals.ts";

export interface WorkerCommandOptions {
  readonly on?: string | true;
  readonly ca?: string;
  readonly insecure?: boolean;
  readonly store?: string;
  readonly data?: string;
  readonly cache?: string;
  readonly backend?: string;
  readonly set?: readonly string[];
  readonly plugin?: readonly string[];
  readonly parallel?: number;
  readonly name?: string;
  readonly once?: boolean;
  readonly json?: boolean;
}

/** `benn worker` */
export async function work({
  on = true,
  ca,
  insecure,
  store,
  data,
  backend,
  set = [],
  plugin = [],
  parallel = 1,
  name,
  once,
  json,
}: WorkerCommandOptions): Promise<void> {
  const cwd = process.cwd();
  const { url, ...reached } = queuePlace(on, { ca, insecure });
  const { runThread, startWorker, withoutPassword } = await needed("benn worker", "@benn/queue", import("@benn/queue"));
  const { config, container, plugins } = await configure(
    {
      config: { config: {}, folder: cwd },
      settings: set,
      plugins: plugin,
      ...(data === undefined ? {} : { data }),
      ...(backend === undefined ? {} : { backend }),
    },
    cwd,
  );
  const own = ownOf(config, container);
  say("Finding out what this machine computes, by ten steps of a small net…\n");
  const { name: className, form } = await machineClass(own.backend, plugins, cwd);
  const moduleOf = (name: string): URL => new URL(`../${name}${extname(import.meta.filename)}`, import.meta.url);
  let finished = 0;
  let leave: () => void = () => {};
  const worker = await startWorker({
    url,
    ...reached,
    className,
    store,
    lanes: parallel,
    ...(name === undefined ? {} : { name }),
    localize: (asked) => asked,
    openLane({ config: asked, data: wanted, slot }, listener) {
      const workerData: MemberThreadData = {
        config: localize(asked, own, { container, slot, lanes: parallel, form }),
        plugins,
        cwd,
        data: wanted,
      };
      return threadLane(new Worker(moduleOf("member-worker"), { workerData, env: SHARE_ENV }), listener);
    },
    openRun({ slot, ...plan }, listener) {
      const asked = localize(plan.config, own, { container, slot, lanes: parallel, form });
      const workerData: RunThreadData = { ...plan, config: asked, plugins, cwd };
      return runThread(new Worker(moduleOf("run-worker"), { workerData, env: SHARE_ENV }), listener);
    },
    onNews(news) {
      if (json) print(`${JSON.stringify({ ...news, at: Date.now() })}\n`);
      else print(`${printable(lineOf(news))}\n`);
      if (news.kind === "done" || news.kind === "failed" || news.kind === "stopped") finished += 1;
      if (once && finished > 0) leave();
    },
  });
  if (json) print(`${JSON.stringify({ kind: "ready", worker: worker.name, className, lanes: parallel })}\n`);
  else
    print(
      `Worker ${worker.name} waits on ${withoutPassword(url)} for members and runs of class ${className}, ${parallel} at a time. Ctrl-C ends it.\n`,
    );
  await new Promise<void>((resolve) => {
    const release = onStopSignal((signal) => {
      say(`${signal}: what trains here is saved, and goes back to the queue.\n`);
      leave();
    });
    leave = () => {
      release();
      resolve();
    };
  });
  await worker.close();
}

export interface OwnPlace {
  readonly backend: Spec;
  readonly dataset: Spec;
  /** The options of each that the command line sets. */
  readonly named: { readonly backend: readonly string[]; readonly dataset: readonly string[] };
}

function ownOf(config: Config, container: DependencyContainer): OwnPlace {
  const resolved = resolveConfig(config, container);
  const keys = (spec: Config["dataset"]): string[] => (typeof spec === "object" ? Object.keys(spec).filter((key) => key !== "name") : []);
  return {
    backend: resolved.backend,
    dataset: resolved.dataset,
    named: { backend: keys(config.backend), dataset: keys(config.dataset) },
  };
}

interface LocalOptions {
  readonly container: DependencyContainer;
  readonly slot: number;
  readonly lanes: number;
  /** The options of this machine's byte class. */
  readonly form: Readonly<Record<string, string>>;
}

/** The configuration of a job with this machine's parts: where its data are, and which part of it computes. */
export function localize(job: Config, own: OwnPlace, { container, slot, lanes, form }: LocalOptions): Config {
  const [dataset, backend] = [job.dataset as Spec, job.backend as Spec];
  if (backend.name !== own.backend.name)
    throw new UserError(
      `a job is for the backend ${backend.name}, and this worker was started with ${own.backend.name}. Is its queue's name another's?`,
    );
  const machine = { cores: availableParallelism(), memoryBytes: machineMemory(), stepBytes: 0 };
  const opened = container.resolve(BACKENDS).create(own.backend);
  const { machineOptions = [] } = opened;
  const share = opened.share?.(machine).options(slot, lanes) ?? {};
  const pick = (spec: Spec, names: readonly string[]) => Object.fromEntries(Object.entries(spec).filter(([key]) => names.includes(key)));
  return {
    ...job,
    dataset: {
      ...dataset,
      ...pick(
        own.dataset,
        own.named.dataset.filter((key) => !(key in dataset)),
      ),
    },
    backend: {
      ...backend,
      ...form,
      ...share,
      ...pick(
        own.backend,
        own.named.backend.filter((key) => machineOptions.includes(key)),
      ),
    },
  };
}

function lineOf(news: WorkerNews): string {
  if (news.kind === "trouble") return `warning: ${news.message}`;
  const subject = news.member === undefined ? news.run : `${news.run}, member ${news.member + 1}`;
  if (news.kind === "failed") return `${subject} failed: ${news.message}`;
  const words = {
    taken: "begun",
    done: "done",
    stopped: "stopped and saved, as the run asks",
    "given-back": "saved and given back to the queue",
  };
  return `${subject} ${words[news.kind]}`;
}
