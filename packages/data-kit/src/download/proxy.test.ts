// In a file, and so a process, of its own: from here on fetch uses the proxy.
import { createHash } from "node:crypto";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomBytes } from "../testing/random-bytes.ts";
import { serveFile } from "../testing/serve.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { fetchFile } from "./fetch-file.ts";

const bytes = Buffer.from(randomBytes(30_000, 4));
const sha256 = createHash("sha256").update(bytes).digest("hex");
const file = { dataset: "cifar10", name: "archive.tar.gz", sha256 };
const VARIABLES = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "NODE_USE_ENV_PROXY"];
const saved = VARIABLES.map((name) => [name, process.env[name]] as const);
let target = 0;

/** Forwards every request to the server behind it, whatever host it names. */
const proxy = http.createServer((request, response) => {
  const { pathname } = new URL(request.url ?? "/", "http://any");
  http.get({ agent: new http.Agent(), host: "127.0.0.1", port: target, path: pathname }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
});
proxy.on("connect", (_request, socket) => {
  const behind = connect(target, "127.0.0.1", () => {
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    behind.pipe(socket);
    socket.pipe(behind);
  });
});

beforeAll(async () => {
  for (const name of VARIABLES) delete process.env[name];
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  for (const [name, value] of saved) if (value !== undefined) process.env[name] = value;
  proxy.closeAllConnections();
  proxy.close();
});

test("a download goes by the proxy that the environment names, or says what this Node needs for it", async () => {
  target = Number(new URL(await serveFile(bytes)).port);
  const path = join(await temporaryFolder(), "file");
  process.env["HTTP_PROXY"] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const fetching = fetchFile({ ...file, url: "http://files.invalid/archive.tar.gz", bytes: bytes.length }, path, { retries: 0 });
  if ("setGlobalProxyFromEnv" in http) {
    await fetching;
    expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
  } else {
    await expect(fetching).rejects.toThrow(/HTTP_PROXY names a proxy, which Node v\S+ does not use by default: set NODE_USE_ENV_PROXY=1/);
  }
});

test("a failure by way of a proxy names the variable, and no password in it", async () => {
  process.env["HTTP_PROXY"] = "http://me:secret@127.0.0.1:9";
  const path = join(await temporaryFolder(), "file");
  const fetching = fetchFile({ ...file, url: "http://127.0.0.1:9/none", bytes: 1 }, path, { retries: 0 });
  const { message } = (await fetching.catch((error: unknown) => error)) as Error;
  expect(message).toMatch(/HTTP_PROXY names/);
  expect(message).not.toContain("secret");
});
