// A worker in a separate process, to be killed: node --conditions=source toy-worker-process.ts URL CLASS [STORE]
import { startToyWorker } from "./toy-worker.ts";

const [url = "", className = "", store] = process.argv.slice(2);
const worker = await startToyWorker({ url, className, store, onNews: (news) => void process.stdout.write(`${JSON.stringify(news)}\n`) });
process.stdout.write("ready\n");
process.on("SIGTERM", () => void worker.close());
