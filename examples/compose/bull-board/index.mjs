// A page with the jobs of a queue of benn: http://localhost:3000. It takes the address of the queue from BENN_QUEUE_URL.
import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { ExpressAdapter } from "@bull-board/express";
import { Queue } from "bullmq";
import express from "express";
import { Redis } from "ioredis";

const port = Number(process.env["PORT"] ?? 3000);
const connection = new Redis(process.env["BENN_QUEUE_URL"] ?? "redis://127.0.0.1", { maxRetriesPerRequest: null });
const serverAdapter = new ExpressAdapter();
const board = createBullBoard({ queues: [], serverAdapter });

/** A queue for each version and class of machines, as they come. */
const known = new Set();
async function look() {
  for await (const keys of connection.scanStream({ match: "benn:benn.*:meta", count: 1000 })) {
    for (const name of keys.map((key) => key.slice("benn:".length, -":meta".length))) {
      if (known.has(name)) continue;
      known.add(name);
      board.addQueue(new BullMQAdapter(new Queue(name, { connection, prefix: "benn" }), { readOnlyMode: true }));
    }
  }
}
await look();
setInterval(() => void look().catch((error) => console.error(error)), 10_000);

// On this machine alone: the page has no password.
const host = process.env["HOST"] ?? "127.0.0.1";
express()
  .use("/", serverAdapter.getRouter())
  .listen(port, host, () => console.log(`http://${host}:${port}`));
