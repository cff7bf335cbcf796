// One of several threads that train members of a run on request of core.
import { workerData } from "node:worker_threads";
import { serveMembers } from "@benn/core/node";
import { openContainer } from "./command/open-container.ts";
import type { MemberThreadData } from "./run/member-threads.ts";

const { config, plugins, cwd, data } = workerData as MemberThreadData;
await serveMembers(() => openContainer(plugins, { cwd }), config, data);
