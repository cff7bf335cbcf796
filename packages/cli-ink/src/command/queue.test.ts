import type { ListedQueue } from "@benn/queue";
import { expect, test } from "vitest";
import { queueLines } from "./queue.ts";

const worker = { name: "node1-7", host: "node1", version: "1.0.0", className: "wasm-plain-0", lanes: 1 };
const queue: ListedQueue = {
  name: "benn.1.0.0.wasm-plain-0",
  version: "1.0.0",
  className: "wasm-plain-0",
  isPaused: true,
  workers: [worker],
  jobs: [
    { id: "a", run: "chain", state: "training", attempts: 3, worker: "node1-7" },
    { id: "b", run: "bag", member: 0, state: "done", attempts: 1, worker: "node2-1" },
    { id: "c", run: "bag", member: 1, state: "waiting", attempts: 0 },
    { id: "d", run: "wild", state: "failed", attempts: 1, worker: "node1-7", message: "the loss is NaN." },
  ],
};

test("a queue is shown by its runs, within 80 columns", () => {
  const lines = queueLines([queue], 80);
  expect(lines).toEqual([
    "wasm-plain-0 of version 1.0.0, paused",
    "1 worker, 1 training, 1 waiting, 1 failed, 1 done",
    "",
    "run    state     jobs  retaken   worker",
    "chain  training   run        2  node1-7",
    "bag    waiting    1/2        0        –",
    "wild   failed     run        0        –",
    "",
    "wild: the loss is NaN.",
  ]);
  expect(
    queueLines([{ ...queue, jobs: [{ id: "a", run: "x".repeat(100), state: "training", attempts: 1, worker: "w".repeat(50) }] }], 80),
  ).toSatisfy((all: string[]) => all.every((line) => line.length <= 80));
  expect(queueLines([], 80)).toEqual(["No jobs and no workers."]);
});
