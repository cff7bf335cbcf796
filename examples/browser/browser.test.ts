// The page in a real browser: a headless Chromium that comes from npm, on the built files, served as they are from a folder
// within a site, by a server that knows nothing but files. Its camera plays a file.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

const scratch = mkdtempSync(join(tmpdir(), "benn-demo-"));
const out = join(scratch, "site");
const film = join(scratch, "film.y4m");

/** Four frames of 64×48: bright above and dark below, with a colour that changes from frame to frame. */
function y4m(): Buffer {
  const [width, height] = [64, 48];
  const frame = (i: number) => [
    Buffer.from("FRAME\n"),
    Buffer.from(Uint8Array.from({ length: width * height }, (_, at) => (at < (width * height) / 2 ? 200 : 60))),
    Buffer.alloc((width * height) / 4, 70 + 30 * i),
    Buffer.alloc((width * height) / 4, 180 - 20 * i),
  ];
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`), ...[0, 1, 2, 3].flatMap(frame)]);
}

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".png": "image/png" };

/** Of the site; whatever is asked for outside of it is not there. */
const FOLDER = "/people/someone/votes/";
/** The same, where the site forbids cameras. */
const DARK = "/people/someone/dark/";

let server: Server;
let address: string;
let browser: Browser;
const complaints: string[] = [];

beforeAll(async () => {
  writeFileSync(film, y4m());
  await build({ root: import.meta.dirname, logLevel: "warn", build: { outDir: out, emptyOutDir: true } });
  server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname).replace(/\/$/, "/index.html");
    const folder = [FOLDER, DARK].find((one) => path.startsWith(one));
    try {
      if (folder === undefined) throw new Error("outside");
      const contents = readFileSync(join(out, path.slice(folder.length)));
      response
        .writeHead(200, {
          "content-type": TYPES[extname(path)] ?? "application/octet-stream",
          "content-length": contents.length,
          ...(folder === DARK ? { "permissions-policy": "camera=()" } : {}),
        })
        .end(contents);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://localhost:${(server.address() as AddressInfo).port}`;
  // The package brings the libraries that a machine without a desktop lacks.
  setupLambdaEnvironment(join(tmpdir(), "al2023", "lib"));
  await inflate(join(dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")), "../bin/al2023.tar.br"));
  browser = await playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [
      "--no-sandbox",
      "--headless=new",
      "--enable-unsafe-webgpu",
      "--use-webgpu-adapter=swiftshader",
      "--enable-features=Vulkan",
      "--use-fake-ui-for-media-stream",
      "--use-fake-device-for-media-stream",
      `--use-file-for-fake-video-capture=${film}`,
    ],
  });
}, 120_000);

afterAll(async () => {
  await browser?.close();
  server?.close();
  rmSync(scratch, { recursive: true, force: true });
});

async function open(width: number, height: number, folder = FOLDER): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height } });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await page.goto(address + folder);
  await page.waitForFunction(() => /members? say so/.test(document.querySelector("#answer")?.textContent ?? ""), undefined, {
    timeout: 60_000,
  });
  return page;
}

/** The picture as the networks get it: RGBA of 32×32. */
function shownBy(page: Page): Promise<number[]> {
  return page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>("#picture");
    return [...(canvas?.getContext("2d")?.getImageData(0, 0, 32, 32).data ?? [])];
  });
}

test("it loads the ensemble, classifies the first sample, and shows every member's vote", async () => {
  const page = await open(1200, 800);
  const model = await load(readFileSync(join(out, "model.benn")));
  expect(await page.locator("#members li").count()).toBe(model.members.length);
  expect(await page.locator("#members li.waiting").count()).toBe(0);
  expect(await page.locator("footer").innerText()).toMatch(/on 10 classes: airplane, automobile, .*truck, packed by/);
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
  const shown = () => shownBy(page);
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

test("the camera's pictures are classified one after the other, until it is put away", async () => {
  const page = await open(1200, 800);
  const camera = page.locator("#camera");
  await camera.click();
  await expect.poll(() => camera.getAttribute("aria-pressed"), { timeout: 30_000 }).toBe("true");
  /** Brightness above and below, which only the film has so. */
  const halves = async (): Promise<number[]> => {
    const pixels = await shownBy(page);
    return [0, 1].map((half) => pixels.slice(half * 2048, half * 2048 + 2048).reduce((sum, value) => sum + value, 0) / 2048);
  };
  await expect.poll(async () => ((await halves())[0] ?? 0) - ((await halves())[1] ?? 0), { timeout: 30_000 }).toBeGreaterThan(60);
  const frames = new Set<string>();
  await expect.poll(async () => frames.add((await shownBy(page)).join()).size, { timeout: 30_000 }).toBeGreaterThan(2);
  expect(await page.locator("#video").evaluate((video: HTMLVideoElement) => [video.videoWidth, video.videoHeight])).toEqual([64, 48]);
  await camera.click();
  expect(await camera.getAttribute("aria-pressed")).toBe("false");
  const states = await page
    .locator("#video")
    .evaluate((video: HTMLVideoElement) => (video.srcObject as MediaStream).getTracks().map((track) => track.readyState));
  expect(states).toEqual(["ended"]);
  // What is on show in the end is what was classified.
  const model = await load(readFileSync(join(out, "model.benn")));
  const expected = async () => model.predict({ width: 32, height: 32, data: Uint8Array.from(await shownBy(page)) }).label;
  await expect
    .poll(async () => (await page.locator("#answer").innerText()).split("\n")[0] === (await expected()), { timeout: 30_000 })
    .toBe(true);
  await page.close();
}, 120_000);

test("where the camera may not be used, it says so and goes on", async () => {
  const page = await open(1200, 800, DARK);
  await page.locator("#camera").click();
  await expect
    .poll(() => page.locator("#loading").innerText(), { timeout: 30_000 })
    .toBe("There is no camera, or this page may not use it.");
  expect(await page.locator("#camera").getAttribute("aria-pressed")).toBe("false");
  const scores = () => page.locator("#scores").innerText();
  const before = await scores();
  await page.locator("#samples button").nth(5).click();
  await expect.poll(scores, { timeout: 30_000 }).not.toBe(before);
  complaints.splice(0, complaints.length, ...complaints.filter((one) => !/Permissions policy violation: camera/.test(one)));
  await page.close();
});

test("the page complains of nothing", () => {
  expect(complaints).toEqual([]);
});
