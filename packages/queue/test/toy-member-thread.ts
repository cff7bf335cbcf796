// Trains members of the toy problem in a thread, as `member-worker` of the command does with everything that it knows.
import { workerData } from "node:worker_threads";
import type { Config } from "@benn/core";
import { toyContainer } from "@benn/core/internals";
import { type DataIdentity, serveMembers } from "@benn/core/node";

const { config, data } = workerData as { config: Config; data: DataIdentity };
await serveMembers(async () => toyContainer(), config, data);
