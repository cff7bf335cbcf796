// The thread of the tests: like an application's own thread module, with the toy problem's container.
import { workerData } from "node:worker_threads";
import type { Config } from "../../config.ts";
import { toyContainer } from "../../train/toy-problem.ts";
import { serveMembers } from "./serve-members.ts";

await serveMembers(async () => toyContainer(), (workerData as { config: Config }).config);
