// `pnpm bench browser`: a few training steps in headless Chromium, cross-origin isolated and not, compared with the same in Node.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { UserError } from "@benn/core";
import { chromium } from "playwright-core";
import { bundle } from "./bundle.ts";
import { count } from "./option-values.ts";
import type { Subject } from "./subject.ts";
import { type FewSteps, fewSteps } from "./train/few-steps.ts";

const ENGINE = join(import.meta.dirname, "../../packages/backend-wasm");
const TYPES: Readonly<Record<string, string>> = { js: "text/javascript", wasm: "application/wasm", html: "text/html" };

/** Serves a page, its worker, and the engine's own files at the paths where the worker requests them. */
async function serve(worker: string, isolated: boolean) {
  const server = createServer((request, response) => {
    void (async () => {
      const path = new URL(request.url ?? "/", "http://localhost").pathname;
      const file = /^\/(wasm|thread)\/[\w-]+\.(wasm|js)$/.test(path) ? join(ENGINE, path) : undefined;
      const body =
        path === "/" ? "<!doctype html><title>bench</title>" : path === "/app/worker.js" ? worker : file && (await readFile(file));
      response.writeHead(body ? 200 : 404, {
        "content-type": TYPES[path === "/" ? "html" : (path.split(".").at(-1) ?? "")] ?? "text/plain",
        ...(isolated && { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" }),
      });
      response.end(body);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
}

async function inChromium(executablePath: string, threads: number): Promise<[string, FewSteps][]> {
  const worker = await bundle("train/page-worker.ts", { conditions: ["browser"], platform: "browser" });
  const chrome = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const results: [string, FewSteps][] = [];
  try {
    for (const isolated of [true, false]) {
      const { url, close } = await serve(worker, isolated);
      const page = await chrome.newPage();
      await page.goto(url);
      const result = await page.evaluate(
        (count) =>
          new Promise<FewSteps | { error: string }>((resolve) => {
            const worker = new Worker("/app/worker.js", { type: "module" });
            worker.addEventListener("message", ({ data }: MessageEvent<FewSteps>) => resolve(data));
            worker.addEventListener("error", ({ message }) => resolve({ error: message }));
            worker.postMessage({ threads: count }); // oxlint-disable-line unicorn/require-post-message-target-origin -- a thread
          }),
        threads,
      );
      await page.close();
      close();
      if ("error" in result) throw new Error(`bench browser: ${result.error}`);
      results.push([`Chromium ${chrome.version()}, ${isolated ? "isolated" : "not isolated"}`, result]);
    }
  } finally {
    await chrome.close();
  }
  return results;
}

export const browser: Subject<{ readonly executable: string; readonly threads: number }> = {
  describe: (command) =>
    command
      .description("A few training steps in headless Chromium, against the same in Node: the bytes of all weights must be the same.")
      .option("--executable <path>", "of Chromium", "/usr/bin/chromium")
      .option("--threads <n>", "where the page is cross-origin isolated", count, 2)
      .addHelpText("after", "\nExamples:\n  pnpm bench browser\n  pnpm bench browser --executable /opt/chrome/chrome --threads 4"),
  async *measure({ executable, threads }) {
    if (!existsSync(executable)) throw new UserError(`bench browser: there is no ${executable}. Name a Chromium with --executable.`);
    const results = await inChromium(executable, threads);
    results.push([`Node ${process.versions.node}`, await fewSteps({ threads: 1 })]);
    const same = new Set(results.map(([, { weights }]) => weights)).size === 1;
    yield {
      title: "A quarter-width semi-binary NIN, six steps",
      rows: results.map(([name, { threads, losses, weights, millisecondsPerStep }]) => ({
        "": name,
        threads,
        "ms a step": millisecondsPerStep,
        losses: losses.map((loss) => loss.toFixed(6)).join(" "),
        weights: weights.slice(0, 16),
      })),
      notes: same ? ["The same bytes everywhere."] : [],
    };
    if (!same) throw new Error("bench browser: the weights are not the same bytes everywhere");
  },
};
