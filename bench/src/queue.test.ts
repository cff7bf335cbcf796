import { expect, test } from "vitest";
import { simulateQueue } from "./queue.ts";
import { hasRedis } from "./redis-process.ts";

test.runIf(hasRedis)("200 workers train 200 members, none of which stalls, and every event is heard once", async () => {
  const load = await simulateQueue({ workers: 200, members: 200, seconds: 1, epochs: 1, parameters: 100, lock: 120 });
  expect(load).toMatchObject({ done: 200, retaken: 0, events: { said: 200 * 21, heard: 200 * 21 } });
  expect(load.server.connections).toBeGreaterThan(200);
});
