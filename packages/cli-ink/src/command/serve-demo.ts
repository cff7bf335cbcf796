import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { UserError } from "@benn/core";
import { DEMO_MODEL, demoPage, modelForDemo } from "./demo-page.ts";
import { print } from "./print.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webp": "image/webp",
  ".webmanifest": "application/manifest+json",
};

/** `benn demo serve`: serves the page to this machine only, until the process is stopped. */
export async function serveDemo(model: string | undefined, { port }: { readonly port?: number }): Promise<void> {
  const server = await startDemo(model, port ?? 0);
  print(
    `http://localhost:${(server.address() as AddressInfo).port}/ shows ${model ?? "the page's own ensemble"}. Open it in a browser; Ctrl-C ends it.\n`,
  );
}

/**
 * @param port 0: any free port
 * @throws UserError for a model that the page cannot show, or a port that is not available
 */
export async function startDemo(model: string | undefined, port: number): Promise<Server> {
  if (port > 65_535) throw new UserError(`demo: port ${port} is no port. Choose one up to 65535, or leave --port out.`);
  const page = demoPage();
  const contents = model === undefined ? await readFile(join(page, DEMO_MODEL)) : await modelForDemo(model);
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname.replace(/\/$/, "/index.html");
    try {
      // A path never leads outside its root, so that nothing but the page is served.
      const bytes = path === `/${DEMO_MODEL}` ? contents : readFileSync(join(page, path));
      response
        .writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream", "content-length": bytes.length })
        .end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const why = cause.code === "EADDRINUSE" ? "another program has it" : (cause.code ?? cause.message);
      reject(new UserError(`demo: port ${port} cannot be had: ${why}. Choose another with --port, or leave it out.`, { cause }));
    });
    server.listen(port, "localhost", resolve);
  });
  return server;
}
