// Determines the byte class of this machine in a separate thread, because that changes the active TensorFlow.js backend.
import { parentPort, workerData } from "node:worker_threads";
import type { Spec } from "@benn/core";
import { findByteClass } from "@benn/core/node";
import { openContainer } from "./command/open-container.ts";

const { backend, plugins, cwd } = workerData as { backend: Spec; plugins: readonly string[]; cwd: string };
// eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
parentPort?.postMessage(await findByteClass(backend, await openContainer(plugins, { cwd })));
