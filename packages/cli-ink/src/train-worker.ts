// Trains in a separate thread, so that keys and the clock of the screen stay responsive. Its request is in workerData; later requests of
// the user arrive as messages.
import { inspect } from "node:util";
import { parentPort, workerData } from "node:worker_threads";
import { UserError, VIEWS } from "@benn/core";
import { collectingExecutor, type Executor, openRun, RunControl, train, trainApart, type TrainOptions } from "@benn/core/node";
import { configure, isAsked } from "./command/configure.ts";
import { needed } from "./optional-package.ts";
import { explainError } from "./run/explain-error.ts";
import { machineClass } from "./run/machine-class.ts";
import { runOptions } from "./run/run-options.ts";
import type { ControlMessage, ThreadMessage, TrainRequest } from "./run/thread-messages.ts";

const { config: asked, cwd, out, resume, takeOver = false, prepare = false, apart, collect, queue } = workerData as TrainRequest;
// eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
const post = (message: ThreadMessage): void => parentPort?.postMessage(message);
const control = new RunControl();
const end = new AbortController();
parentPort?.on("message", (message: ControlMessage) => {
  if (message === "pause") control.pause();
  else if (message === "resume") control.resume();
  else if (message === "stop-after-epoch") control.stopAfterEpoch();
  else if (message === "stop-after-member") control.stopAfterMember();
  else if (typeof message === "object" && message.what === "add-members") control.addMembers(message.count);
  else if (typeof message === "object" && message.what === "profile") control.profile(message.steps, message.member);
  else if (typeof message === "object") control.steer(message.steering, message.member);
  else {
    control.stopNow();
    end.abort(); // a download does not check the run's control
  }
});

try {
  const onPhase = (what: string): void => post({ kind: "phase", what });
  onPhase("loading plugins");
  const saved = resume === undefined ? undefined : await openRun(resume);
  const configured = await configure(asked, cwd, saved);
  if (prepare) control.stopNow(); // before the first member
  const config = saved === undefined || isAsked(asked) ? configured.config : undefined;
  const place = { ...runOptions(configured, cwd), control, signal: end.signal, onPhase };
  const whole: TrainOptions & { executor?: Executor } = {
    ...place,
    takeOver,
    ...(out === undefined ? {} : { out }),
    ...(resume === undefined ? {} : { resume }),
    onFolder: (folder) =>
      post({ kind: "folder", folder, plugins: configured.plugins, hasViews: configured.container.resolve(VIEWS).names().length > 0 }),
  };
  const onMissing = (member: number): void => post({ kind: "missing", member });
  if (queue) {
    const { queueExecutor } = await needed("benn train --on", "@benn/queue", import("@benn/queue"));
    whole.executor = queueExecutor({
      ...queue,
      classOf: (backend) => machineClass(backend, configured.plugins, cwd),
      onWorkers: (seen) => post({ kind: "event", event: { ...seen, clock: { at: Date.now() } } }),
      onNews: (message) => post({ kind: "event", event: { type: "warning", message, clock: { at: Date.now() } } }),
    });
  }
  if (collect && resume !== undefined) whole.executor = collectingExecutor({ run: resume, from: collect, onMissing });
  const run = apart && resume !== undefined ? trainApart(config, { ...place, run: resume, ...apart }) : train(config, whole);
  for (;;) {
    const next = await run.next();
    if (next.done) {
      post({ kind: "end", result: next.value });
      break;
    }
    post({ kind: "event", event: next.value });
  }
} catch (thrown) {
  const error = explainError(thrown);
  const message = error instanceof Error ? error.message : String(error);
  if (end.signal.aborted && error instanceof Error && error.name === "AbortError") post({ kind: "stopped" });
  else post({ kind: "failed", isUserError: error instanceof UserError, message, stack: inspect(error) });
}
