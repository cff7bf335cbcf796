// A real server for tests, on a port of its own.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TestServer {
  readonly url: string;
  readonly port: number;
  /** Kills it, like a power cut. */
  kill(): Promise<void>;
  /** Starts it again, with its data on disk. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Whether this machine can run the tests of the queue. Where it cannot, a line says so. */
export const hasRedis: boolean = spawnSync("redis-server", ["--version"]).status === 0;
if (!hasRedis) console.warn("The queue is not tested: there is no redis-server. apt-get install redis-server, or brew install redis.");

/** @param more arguments of redis-server; `--port 0` among them leaves the port to another one's name, such as `--tls-port` */
export async function startRedis(more: (port: number) => readonly string[] = () => []): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), "benn-redis-"));
  const port = await freePort();
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const own = [
      "--port",
      String(port),
      "--bind",
      "127.0.0.1",
      "--dir",
      folder,
      "--save",
      "",
      "--appendonly",
      "yes",
      "--appendfsync",
      "everysec",
    ];
    const started = spawn("redis-server", [...own, ...more(port)], { stdio: ["ignore", "pipe", "inherit"] });
    child = started;
    await new Promise<void>((resolve, reject) => {
      started.on("error", (cause) => reject(new Error("redis-server does not start. Install it: apt-get install redis-server", { cause })));
      let said = "";
      started.on("exit", (code) => reject(new Error(`redis-server ended with ${code}: ${said}`)));
      started.stdout?.on("data", (text: Buffer) => {
        said += text.toString();
        if (said.includes("Ready to accept connections")) resolve();
      });
    });
  };
  const kill = async (): Promise<void> => {
    const ending = child;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = new Promise((resolve) => ending.once("exit", resolve));
    ending.kill("SIGKILL");
    await ended;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill,
    restart: start,
    async close() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || address === null) throw new Error("no port is free");
  return address.port;
}
