// The thread of the tests: what an application's own thread module looks like, with the toy problem's container.
import { workerData } from "node:worker_threads";
import type { Config } from "../../config.ts";
import { toyContainer } from "../../train/toy-problem.ts";
import { serveMembers } from "./serve-members.ts";

await serveMembers(async () => toyContainer(), (workerData as { config: Config }).config);
