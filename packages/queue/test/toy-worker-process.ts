// A worker in a process of its own, to be killed: node --conditions=source toy-worker-process.ts '{"url": …, "className": …}'
// With "dies" it ends itself, as for lack of memory, as soon as it has a job.
import type { WorkerOptions } from "@benn/queue";
import { startToyWorker } from "./toy-worker.ts";

type Options = Pick<WorkerOptions, "url" | "className"> & Partial<WorkerOptions> & { readonly dies?: boolean };
const { dies = false, ...options } = JSON.parse(process.argv[2] ?? "{}") as Options;
const worker = await startToyWorker({
  ...options,
  onNews(news) {
    process.stdout.write(`${JSON.stringify(news)}\n`);
    if (dies && news.kind === "taken") setTimeout(() => process.kill(process.pid, "SIGKILL"), 300);
  },
});
process.stdout.write("ready\n");
process.on("SIGTERM", () => void worker.close());
