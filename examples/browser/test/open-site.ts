// The built pages, served unchanged from a subfolder of a site by a plain file server, and a headless Chromium from npm.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, extname, join, normalize } from "node:path";
import { unpackChromium } from "@benn/software-gpu/chromium";
import axe from "axe-core";
import { type Browser, chromium as playwright, type Page } from "playwright-core";
import { build } from "vite";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};

/** Path of the pages on the site; requests outside of it fail. */
export const FOLDER = "/people/someone/votes/";
/** The same, on a site that forbids cameras. */
export const DARK = "/people/someone/dark/";

export interface Site {
  /** The built files. */
  readonly out: string;
  /** Without a path. */
  readonly address: string;
  readonly browser: Browser;
  /** Errors that pages logged. */
  readonly complaints: string[];
  open(options?: Opening): Promise<Page>;
  close(): Promise<void>;
}

export interface Opening {
  readonly width?: number;
  readonly height?: number;
  readonly folder?: string;
  readonly path?: string;
  readonly colorScheme?: "light" | "dark";
  readonly forced?: boolean;
}

/** Four frames of 64×48: bright above and dark below, with a colour that changes between frames. */
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

/** Its camera plays a film that is bright above and dark below. */
export async function openSite(): Promise<Site> {
  const scratch = mkdtempSync(join(tmpdir(), "benn-demo-"));
  const out = join(scratch, "site");
  const film = join(scratch, "film.y4m");
  writeFileSync(film, y4m());
  await build({ root: dirname(import.meta.dirname), logLevel: "error", build: { outDir: out, emptyOutDir: true } });
  const server = createServer((request, response) => {
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
  const address = `http://localhost:${(server.address() as AddressInfo).port}`;
  const browser = await playwright.launch({
    executablePath: await unpackChromium(),
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
  const complaints: string[] = [];
  return {
    out,
    address,
    browser,
    complaints,
    /** A page with its own context, which shares nothing with others. */
    async open({ width = 1200, height = 900, folder = FOLDER, path = "", colorScheme = "light", forced = false } = {}) {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme, ...(forced ? { forcedColors: "active" } : {}) });
      await context.grantPermissions(folder === DARK ? [] : ["camera"], { origin: address });
      const page = await context.newPage();
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
      await page.goto(`${address}${folder}${path}`);
      return page;
    },
    async close() {
      await browser.close();
      server.close();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

/** Violations found by axe, one line each. */
export async function violations(page: Page): Promise<string[]> {
  await page.addScriptTag({ content: axe.source });
  return await page.evaluate(async () => {
    const { violations: found } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
}

/** Whether the page scrolls sideways. */
export function isTooWide(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
}
