import { createReadStream, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import type { AxeResults } from "axe-core";
import { openChromium } from "../../e2e/chromium.ts";

const MEDIA: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".woff2": "font/woff2",
};
const LOOKS = [
  { name: "light", width: 1280, height: 900, colorScheme: "light" },
  { name: "dark", width: 1280, height: 900, colorScheme: "dark" },
  { name: "phone", width: 360, height: 740, colorScheme: "light" },
] as const;
/** Of each kind of page one, and the widest tables. */
const PLACES = [
  "",
  "start",
  "concepts",
  "how-to",
  "comparison",
  "reference/commands",
  "reference/configuration",
  "changelog",
  "engine",
  "results",
];

/**
 * Opens pages of the built site in Chromium, light, dark and on a phone, and lets axe look at them.
 * @param pictures folder for a screenshot of each
 * @returns complaints: of axe, of the browser, and of pages that are wider than the screen
 */
export async function lookAtSite(
  dist: string,
  { base, pictures }: { readonly base: string; readonly pictures?: string | undefined },
): Promise<string[]> {
  const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  const server = createServer(({ url = "/" }, response) => {
    const path = decodeURIComponent(url.split("?")[0] ?? "").replace(base, "/");
    const file = [path, `${path}.html`, join(path, "index.html")]
      .map((name) => join(dist, name))
      .find((name) => existsSync(name) && statSync(name).isFile());
    if (file === undefined) response.writeHead(404).end();
    else createReadStream(file).pipe(response.writeHead(200, { "content-type": MEDIA[extname(file)] ?? "application/octet-stream" }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const browser = await openChromium();
  const complaints: string[] = [];
  if (pictures !== undefined) mkdirSync(pictures, { recursive: true });
  try {
    for (const { name, width, height, colorScheme } of LOOKS) {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme, reducedMotion: "reduce" });
      for (const place of PLACES) {
        const page = await context.newPage();
        const at = `/${place}, ${name}`;
        page.on("pageerror", (error) => complaints.push(`${at}: ${error.message}`));
        page.on("response", (got) => void (got.status() >= 400 && complaints.push(`${at}: ${got.status()} ${got.url()}`)));
        await page.goto(`http://127.0.0.1:${port}${base}${place}`, { waitUntil: "load" });
        await page.waitForSelector("#app .VPContent");
        if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${place.replaceAll("/", "-") || "home"}-${name}.png`) });
        await page.evaluate(axe);
        const { violations } = await page.evaluate("axe.run(document)").then((results) => results as AxeResults);
        complaints.push(
          ...violations.map(
            ({ id, nodes }) =>
              `${at}: ${id}: ${nodes
                .map(({ target }) => String(target))
                .slice(0, 3)
                .join(" and ")}`,
          ),
        );
        const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
        if (wide > width) complaints.push(`${at}: is ${wide} pixels wide`);
        await page.close();
      }
      await context.close();
    }
  } finally {
    await browser.close();
    server.close();
  }
  return complaints;
}
