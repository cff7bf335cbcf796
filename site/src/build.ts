// `pnpm site`: writes the pages, checks the types of their examples, and builds the site into `site/dist`. Options: `--serve` shows it, while
// pages change; `--quick` leaves out the API and the types; `--look` opens the result in Chromium, `--pictures DIR` keeps screenshots.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build, createServer } from "vitepress";
import { checkTypes } from "./examples/check-types.ts";
import { lookAtSite } from "./look-at-site.ts";
import { writeApi } from "./write-api.ts";
import { writePages } from "./write-pages.ts";

const flag = { type: "boolean", default: false } as const;
const { values } = parseArgs({ options: { serve: flag, quick: flag, look: flag, pictures: { type: "string" } } });
const { serve, quick, look, pictures } = values;
const site = join(import.meta.dirname, "..");
const pages = join(site, "pages");
const done = (what: string): void => console.log(`${what}: ${(performance.now() / 1000).toFixed(0)} s`);

await writePages(pages);
done("pages written");
if (!quick) {
  const complaints = checkTypes();
  if (complaints !== "") throw new Error(`examples of pages have wrong types:\n${complaints}`);
  done("types of examples checked");
  await writeApi(join(pages, "api"));
  done("API written");
}
if (serve) {
  const server = await createServer(site);
  await server.listen();
  server.printUrls();
} else {
  await build(site);
  done("site built in site/dist");
  if (look || pictures !== undefined) {
    const complaints = await lookAtSite(join(site, "dist"), { base: process.env["SITE_BASE"] ?? "/", pictures });
    if (complaints.length > 0) throw new Error(`the site does not look as it should:\n  ${complaints.join("\n  ")}`);
    done("looked at");
  }
}
