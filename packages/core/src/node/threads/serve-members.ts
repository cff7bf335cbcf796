import { isMainThread, parentPort } from "node:worker_threads";
import type { DependencyContainer } from "tsyringe";
import { BACKENDS } from "../../backend.ts";
import type { Config } from "../../config.ts";
import { completeScheme, SCHEMES } from "../../ensemble-scheme.ts";
import { RunControl } from "../../run-control.ts";
import { trainHere } from "../../train/member-trainer.ts";
import { resolveConfig } from "../../train/resolve-config.ts";
import { UserError } from "../../user-error.ts";
import { loadDataset } from "../load-dataset.ts";
import type { OpenTeacherLogits } from "../../train/teacher-logits.ts";
import { type DataIdentity, dataIdentity, differenceOfIdentities } from "../same-data.ts";
import { openTeacherLogits } from "../teacher-logits.ts";
import type { FromLane, ToLane } from "../lanes/lane-messages.ts";

/**
 * Trains members in this worker thread on request, until the thread is terminated. A worker's module is only
 *
 *     await serveMembers(async () => container, workerData.config);
 *
 * @param openContainer creates a container with the plugins of the run
 * @param config of the run, with the backend's options for one of several threads
 * @param wanted identity that the data must have, if they are read elsewhere than where the run was made
 */
export async function serveMembers(
  openContainer: () => Promise<DependencyContainer>,
  config: Config,
  wanted?: DataIdentity,
): Promise<void> {
  if (isMainThread || !parentPort) throw new Error("serveMembers: runs in a worker thread");
  const port = parentPort;
  // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  const post = (message: FromLane): void => port.postMessage(message);
  const control = new RunControl();
  const jobs: Extract<ToLane, { kind: "train" }>[] = [];
  let wake: () => void = () => {};
  port.on("message", (message: ToLane) => {
    if (message.kind === "train") jobs.push(message);
    else if (message.kind === "profile") control.profile(message.steps, message.member);
    else if (message.kind === "steer") control.steer(message.steering, message.member);
    else if (message.stop === "now") control.stopNow();
    else if (message.stop === "after-epoch") control.stopAfterEpoch();
    else if (message.paused) control.pause();
    else control.resume();
    wake();
  });
  let member = -1;
  try {
    const container = await openContainer();
    const resolved = resolveConfig(config, container);
    const backend = container.resolve(BACKENDS).create(resolved.backend);
    await backend.activate();
    const loading = loadDataset(resolved, container);
    let loaded = await loading.next();
    while (!loaded.done) loaded = await loading.next();
    const data = loaded.value;
    const difference = wanted && differenceOfIdentities(wanted, dataIdentity(data, resolved.dataset, container));
    if (difference !== undefined)
      throw new UserError(
        `the data here are other than those of the run (${difference}). Name the data that it was made with, with --data.`,
      );
    const scheme = completeScheme(container.resolve(SCHEMES).create(resolved.scheme));
    const teacherLogits: OpenTeacherLogits = (teacher) => openTeacherLogits(teacher, data, container);
    const trainer = trainHere({
      config: resolved,
      data,
      container,
      scheme,
      control,
      teacherLogits,
      profile: backend.profile?.bind(backend),
    });
    for (;;) {
      const job = jobs.shift();
      if (!job) {
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      ({ member } = job);
      control.plan(job.planned);
      const save = async (training: Extract<FromLane, { kind: "save" }>["training"]): Promise<void> =>
        post({ kind: "save", member, training });
      const run = trainer.train({ ...job, save });
      let next = await run.next();
      for (; !next.done; next = await run.next())
        post({ kind: "event", member, event: { ...next.value, clock: { at: Date.now(), ...next.value.clock } } });
      post({ kind: "done", member, outcome: next.value });
    }
  } catch (error) {
    const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
    post({ kind: "failed", member, isUserError: error instanceof UserError, message, stack });
  }
}
