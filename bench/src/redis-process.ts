import { spawn, spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { UserError } from "@benn/core";

/** Whether this machine has a server to measure. */
export const hasRedis: boolean = spawnSync("redis-server", ["--version"]).status === 0;

/** A server that keeps nothing on disk, on a port of its own. */
export async function startRedis(): Promise<{ readonly url: string; close(): void }> {
  if (!hasRedis)
    throw new UserError("bench queue: there is no redis-server. Install it: apt-get install redis-server, or brew install redis.");
  const port = await new Promise<number>((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
  const server = spawn("redis-server", ["--port", `${port}`, "--bind", "127.0.0.1", "--save", ""], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const text of server.stdout) if (String(text).includes("Ready to accept connections")) break;
  return { url: `redis://127.0.0.1:${port}`, close: () => void server.kill("SIGKILL") };
}
