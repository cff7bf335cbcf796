import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { join, extname, dirname } from "node:path";
import { tmpdir } from "node:os";
import { createRequire } from "node:module";
import chromium, { inflate, setupLambdaEnvironment } from "@sparticuz/chromium";
import { chromium as playwright } from "playwright-core";
const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".webmanifest": "application/manifest+json",
};
const out = join(import.meta.dirname, "dist");
const server = createServer((q, r) => {
  const p = new URL(q.url, "http://x").pathname.replace(/\/$/, "/index.html");
  try {
    const b = readFileSync(join(out, p));
    r.writeHead(200, {
      "content-type": TYPES[extname(p)] ?? "application/octet-stream",
      "content-length": b.length,
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
    }).end(b);
  } catch {
    r.writeHead(404).end();
  }
});
await new Promise((ok) => server.listen(0, "127.0.0.1", ok));
setupLambdaEnvironment(join(tmpdir(), "al2023", "lib"));
await inflate(join(dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")), "../bin/al2023.tar.br"));
const browser = await playwright.launch({ executablePath: await chromium.executablePath(), args: ["--no-sandbox", "--headless=new"] });
const [, , page = "/", prefix = "/root/shots/page", ...sizes] = process.argv;
for (const size of sizes) {
  const [w, h, scheme = "light"] = size.split("x");
  const context = await browser.newContext({ viewport: { width: +w, height: +h }, colorScheme: scheme });
  const p = await context.newPage();
  p.on("console", (m) => console.log(size, m.type(), m.text()));
  p.on("pageerror", (e) => console.log(size, "error", String(e)));
  await p.goto(`http://localhost:${server.address().port}${page}`);
  await p.waitForTimeout(Number(process.env.WAIT ?? 6000));
  await p.screenshot({ path: `${prefix}-${w}-${scheme}.png`, fullPage: true });
  await context.close();
}
await browser.close();
server.close();
process.exit(0);
