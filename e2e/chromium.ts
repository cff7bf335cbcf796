import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import chromium, { inflate, setupLambdaEnvironment } from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";

/** A headless Chromium that comes from npm, with the libraries that a machine without a desktop lacks. */
export async function openChromium(): Promise<Browser> {
  setupLambdaEnvironment(join(tmpdir(), "al2023", "lib"));
  await inflate(join(dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")), "../bin/al2023.tar.br"));
  return await playwright.launch({ executablePath: await chromium.executablePath(), args: ["--no-sandbox", "--headless=new"] });
}
