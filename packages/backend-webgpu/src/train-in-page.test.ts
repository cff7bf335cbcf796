// Training in a real browser: a headless Chromium from npm, with a software implementation of WebGPU.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { unpackChromium } from "@benn/software-gpu/chromium";
import * as tf from "@benn/core/tensorflow";
import { type Browser, chromium as playwright } from "playwright-core";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fewLosses } from "../test/few-losses.ts";

let server: Server;
let browser: Browser;

async function bundle(): Promise<string> {
  const build = await rolldown({
    input: join(import.meta.dirname, "../test/page.ts"),
    platform: "browser",
    external: /^node:|^webgpu$/,
    resolve: { conditionNames: ["source", "browser", "import", "default"] },
    onLog: () => {},
  });
  const { output } = await build.generate({ format: "esm", codeSplitting: false });
  await build.close();
  return output[0].code;
}

beforeAll(async () => {
  const code = await bundle();
  server = createServer((request, response) => {
    const isPage = request.url === "/";
    response.writeHead(200, { "content-type": isPage ? "text/html" : "text/javascript" });
    response.end(isPage ? '<!doctype html><title>training</title><script type="module" src="page.js"></script>' : code);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  browser = await playwright.launch({
    executablePath: await unpackChromium(),
    args: ["--no-sandbox", "--headless=new", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan"],
  });
}, 120_000);

afterAll(async () => {
  await browser?.close();
  server?.close();
});

test("a page trains on WebGPU to the losses of the CPU backend", { timeout: 240_000 }, async () => {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("pageerror", ({ message }) => complaints.push(message));
  await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
  await page.waitForFunction("typeof train === 'function'");
  expect(await page.evaluate<string>("choose('Swift')")).toBe(
    'backend webgpu: a browser chooses its GPU itself, not by name. Leave out the option "adapter"; "power" is the one that it uses.',
  );
  const { losses } = await page.evaluate<{ losses: number[] }>("train(3)");
  expect(complaints).toEqual([]);
  await tf.setBackend("cpu");
  const expected = await fewLosses(3);
  expect(losses).toHaveLength(3);
  // The first loss differs only by rounding; then Adam takes full steps along gradients that are 0 except for rounding.
  for (const [i, loss] of expected.entries()) expect(losses[i], `step ${i}`).toBeCloseTo(loss, i === 0 ? 5 : 3);
  expect(expected[2]).toBeLessThan(expected[0]!);
});
