import { mkdirSync, rmdirSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import chromium, { inflate, setupLambdaEnvironment } from "@sparticuz/chromium";

/**
 * A headless Chromium from npm, with the libraries that a machine without a desktop lacks. Its package unpacks it into the folder for
 * temporary files, and assumes that an existing file is complete: while one process unpacks, others wait.
 * @returns the path of the program
 */
export async function unpackChromium(): Promise<string> {
  setupLambdaEnvironment(join(tmpdir(), "al2023", "lib"));
  const lock = join(tmpdir(), "unpacking-chromium");
  while (!isMade(lock)) await wait(100);
  try {
    await inflate(join(dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")), "../bin/al2023.tar.br"));
    return await chromium.executablePath();
  } finally {
    rmdirSync(lock);
  }
}

/** Whether this process has created the folder: of several concurrent processes, only one does. */
function isMade(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
