// The page in a real browser: a headless Chromium that comes from npm, on the built files, served as a static folder.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, extname, join, normalize } from "node:path";
import { load } from "@benn/packed";
import chromium, { inflate, setupLambdaEnvironment } from "@sparticuz/chromium";
import { type Browser, chromium as playwright, type Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";

const out = mkdtempSync(join(tmpdir(), "benn-demo-"));
const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".png": "image/png" };

let server: Server;
let address: string;
let browser: Browser;
const complaints: string[] = [];

beforeAll(async () => {
  await build({ root: import.meta.dirname, logLevel: "warn", build: { outDir: out, emptyOutDir: true } });
  server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname).replace(/\/$/, "/index.html");
    try {
      const contents = readFileSync(join(out, path));
      response
        .writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream", "content-length": contents.length })
        .end(contents);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://localhost:${(server.address() as AddressInfo).port}/`;
  // The package brings the libraries that a machine without a desktop lacks.
  setupLambdaEnvironment(join(tmpdir(), "al2023", "lib"));
  await inflate(join(dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")), "../bin/al2023.tar.br"));
  browser = await playwright.launch({
    executablePath: await chromium.executablePath(),
    args: ["--no-sandbox", "--headless=new", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan"],
  });
}, 120_000);

afterAll(async () => {
  await browser?.close();
  server?.close();
  rmSync(out, { recursive: true, force: true });
});

async function open(width: number, height: number): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height } });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await page.goto(address);
  await page.waitForFunction(() => /members? say so/.test(document.querySelector("#answer")?.textContent ?? ""), undefined, {
    timeout: 60_000,
  });
  return page;
}

test("it loads the ensemble, classifies the first sample, and shows every member's vote", async () => {
  const page = await open(1200, 800);
  const model = await load(readFileSync(join(out, "model.benn")));
  expect(await page.locator("#members li").count()).toBe(model.members.length);
  expect(await page.locator("#members li.waiting").count()).toBe(0);
  const answer = (await page.locator("#answer").innerText()).split("\n")[0] ?? "";
  expect(model.labels).toContain(answer);
  await expect
    .poll(() => page.locator("#facts").innerText(), { timeout: 60_000 })
    .toMatch(/WebAssembly\s+[\d.]+ ms, \d+ of \d+ members[\s\S]*WebGPU\s+\S+/);
  await page.close();
});

test("where WebGPU is, it says the same class", async () => {
  const page = await open(1200, 800);
  await expect
    .poll(() => page.locator("#facts").innerText(), { timeout: 120_000 })
    .toMatch(/WebGPU\s+(?:[\d.]+ ms, the same class|there is no WebGPU here|WebGPU f)/);
  await page.close();
}, 150_000);

test("a picture from a file and another vote give what the runtime gives in Node", async () => {
  const page = await open(1200, 800);
  const model = await load(readFileSync(join(out, "model.benn")));
  const shown = (): Promise<number[]> =>
    page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>("#picture");
      return [...(canvas?.getContext("2d")?.getImageData(0, 0, 32, 32).data ?? [])];
    });
  const before = await shown();
  await page.selectOption("#voter", "hard");
  await page.check("#anytime");
  await page.setInputFiles("#file", join(import.meta.dirname, "public/samples/frog.png"));
  await expect.poll(shown, { timeout: 30_000 }).not.toEqual(before);
  const expected = model.predict({ width: 32, height: 32, data: Uint8Array.from(await shown()) }, { voter: "hard", anytime: true });
  await expect
    .poll(() => page.locator("#answer").innerText(), { timeout: 30_000 })
    .toMatch(new RegExp(`^${expected.label}\\n\\d of ${expected.ran} members`));
  await page.close();
});

test("it fits a phone without scrolling sideways, and can be used by its buttons", async () => {
  const page = await open(360, 740);
  const { scroll, width } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    width: document.documentElement.clientWidth,
  }));
  expect(scroll).toBeLessThanOrEqual(width);
  for (const button of await page.locator(".ways > *").all()) {
    const box = await button.boundingBox();
    expect(box?.height).toBeGreaterThanOrEqual(44);
  }
  const scores = () => page.locator("#scores").innerText();
  const before = await scores();
  await page.locator("#samples button").nth(5).click();
  await expect.poll(scores, { timeout: 30_000 }).not.toBe(before);
  await page.close();
});

test("the page complains of nothing", () => {
  expect(complaints).toEqual([]);
});
