// Trains members of `pnpm bench gradients` in a thread, on request of core.
import { workerData } from "node:worker_threads";
import type { Config } from "@benn/core";
import { serveMembers } from "@benn/core/node";
import { studyContainer } from "./study-container.ts";

await serveMembers(studyContainer, (workerData as { config: Config }).config);
