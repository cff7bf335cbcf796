// Trains members of the toy problem in a thread, like the command's `member-worker` with its plugins.
import { workerData } from "node:worker_threads";
import type { Config } from "@benn/core";
import { toyContainer } from "@benn/core/internals";
import { type DataIdentity, serveMembers } from "@benn/core/node";

const { config, data } = workerData as { config: Config; data: DataIdentity };
await serveMembers(async () => toyContainer(), config, data);
