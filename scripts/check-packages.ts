// Packs every package and reads the tarballs as their users' tools will: publint, and are-the-types-wrong.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { packAll } from "../e2e/loopback-registry.ts";

/** Packages are ES modules alone: Node loads those by `require` too since 22.12, and the resolution of Node 10 knows no `exports`. */
const EXPECTED: ReadonlySet<string> = new Set(["CJSResolvesToESM"]);
const OLD = "node10";

/** Most bytes of a tarball. */
const MOST = 250_000;
/** Of the largest of code, and of those that hold photographs. */
const BUDGETS: Readonly<Record<string, number>> = {
  "@benn/core": 320_000,
  "@benn/cli-ink": 320_000,
  "@benn/data-cifar": 8_200_000,
  "@benn/browser-demo": 4_500_000,
};

const folder = mkdtempSync(join(tmpdir(), "benn-pack-"));
const problems: string[] = [];
try {
  for (const { manifest, bytes } of packAll(dirname(import.meta.dirname), folder)) {
    const tarball = new Uint8Array(bytes);
    const most = BUDGETS[manifest.name] ?? MOST;
    if (bytes.length > most) problems.push(`${manifest.name}: its tarball has ${bytes.length} bytes, of at most ${most}`);
    const { messages } = await publint({ pack: { tarball: tarball.buffer }, strict: true });
    for (const message of messages) problems.push(`${manifest.name}: publint: ${formatMessage(message, manifest) ?? message.code}`);
    if (manifest["exports"] === undefined) continue; // a page, not a module
    const checked = await checkPackage(createPackageFromTarballData(tarball), { excludeEntrypoints: [/\.wasm$/] });
    if (!checked.types) problems.push(`${manifest.name}: has no types`);
    for (const problem of "problems" in checked ? checked.problems : []) {
      if (EXPECTED.has(problem.kind) || ("resolutionKind" in problem && problem.resolutionKind === OLD)) continue;
      const where = "entrypoint" in problem ? `${problem.entrypoint} (${problem.resolutionKind})` : "";
      problems.push(`${manifest.name}: types: ${problem.kind} ${where}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
