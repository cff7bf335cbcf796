// Trains whole runs of the toy problem in a thread, as `run-worker` of the command does with everything that it knows.
import { workerData } from "node:worker_threads";
import { toyContainer } from "@benn/core/internals";
import { type RunToServe, serveRun } from "@benn/queue/serve-run";

await serveRun(workerData as RunToServe, async () => ({ container: toyContainer() }));
