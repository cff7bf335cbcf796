// `pnpm bench browser`: a few training steps in headless Chromium, cross-origin isolated and not, against the same in Node.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Command, Option } from "commander";
import { chromium } from "playwright-core";
import { rolldown } from "rolldown";
import { type FewSteps, fewSteps } from "./train/few-steps.ts";

const ENGINE = join(import.meta.dirname, "../../packages/backend-wasm");
const TYPES: Readonly<Record<string, string>> = { js: "text/javascript", wasm: "application/wasm", html: "text/html" };

/** The worker and all it imports in one file; the engine's own files are asked for beside it, as its URLs say. */
async function bundle(): Promise<string> {
  const build = await rolldown({
    input: join(import.meta.dirname, "train/page-worker.ts"),
    platform: "browser",
    external: /^node:/,
    resolve: { conditionNames: ["source", "browser", "import", "default"] },
    onLog: () => {},
  });
  const { output } = await build.generate({ format: "esm", codeSplitting: false });
  await build.close();
  return output[0].code;
}

async function serve(code: string, isolated: boolean) {
  const server = createServer((request, response) => {
    void (async () => {
      const path = new URL(request.url ?? "/", "http://localhost").pathname;
      const file = /^\/(wasm|thread)\/[\w-]+\.(wasm|js)$/.test(path) ? join(ENGINE, path) : undefined;
      const body = path === "/" ? "<!doctype html><title>bench</title>" : path === "/app/worker.js" ? code : file && (await readFile(file));
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

export async function browser(args: readonly string[]): Promise<void> {
  const { executable, threads } = new Command("pnpm bench browser")
    .description("A few training steps in headless Chromium, against the same in Node: the bytes of all weights must be the same.")
    .addOption(new Option("--executable <path>", "of Chromium").default("/usr/bin/chromium"))
    .addOption(new Option("--threads <n>", "where the page is cross-origin isolated").argParser(Number).default(2))
    .addHelpText("after", "\nExamples:\n  pnpm bench browser\n  pnpm bench browser --executable /opt/chrome/chrome --threads 4")
    .parse(args, { from: "user" })
    .opts<{ executable: string; threads: number }>();
  if (!existsSync(executable)) throw new Error(`bench browser: there is no ${executable}. Name a Chromium with --executable.`);
  const code = await bundle();
  const chrome = await chromium.launch({ executablePath: executable, args: ["--no-sandbox"] });
  const results: [string, FewSteps][] = [];
  try {
    for (const isolated of [true, false]) {
      const { url, close } = await serve(code, isolated);
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
      if ("error" in result) throw new Error(`bench browser: ${result.error}`);
      results.push([`Chromium ${chrome.version()}, ${isolated ? "isolated" : "not isolated"}`, result]);
      await page.close();
      close();
    }
  } finally {
    await chrome.close();
  }
  results.push([`Node ${process.versions.node}`, await fewSteps({ threads: 1 })]);
  for (const [name, { threads, losses, weights, millisecondsPerStep }] of results) {
    console.log(`${name}, ${threads} thread${threads > 1 ? "s" : ""}: ${millisecondsPerStep.toFixed(0)} ms a step`);
    console.log(`  losses ${losses.map((loss) => loss.toFixed(6)).join(" ")}\n  weights ${weights.slice(0, 16)}`);
  }
  const same = new Set(results.map(([, { weights }]) => weights)).size === 1;
  console.log(same ? "The same bytes everywhere." : "The bytes differ.");
  if (!same) process.exitCode = 1;
}
