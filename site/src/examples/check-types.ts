// Checks the types of every example of the pages, against the types that the built packages ship: `node site/src/examples/check-types.ts`.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collectExamples } from "./collect-examples.ts";
import { writeExamples } from "./write-examples.ts";

const site = join(import.meta.dirname, "../..");
const root = join(site, "..");
const folder = join(site, "pages/.typed-examples");

/** @returns what the compiler has against the examples; empty for nothing */
export function checkTypes(): string {
  writeExamples(folder, { quick: false });
  return compile(folder) + checkAlone();
}

/** Examples that import `@benn/cli-ink` and nothing else of ours, where nothing else is installed: as pnpm installs it, behind a link. */
function checkAlone(): string {
  const project = mkdtempSync(join(tmpdir(), "benn-alone-"));
  mkdirSync(join(project, "node_modules/@benn"), { recursive: true });
  symlinkSync(join(root, "packages/cli-ink"), join(project, "node_modules/@benn/cli-ink"));
  const alone = collectExamples().filter(({ code }) =>
    [...code.matchAll(/from "(@[^"]+)"/g)].every(([, name]) => name === "@benn/cli-ink"),
  );
  if (!alone.some(({ code }) => code.includes("defineConfig"))) return "no example shows defineConfig of @benn/cli-ink";
  for (const { name, code } of alone) writeFileSync(join(project, `${name}.ts`), code);
  return compile(project);
}

function compile(project: string): string {
  // As a user's project: no sources of ours, and variables that only an example's reader needs.
  const compilerOptions = {
    customConditions: [],
    noUnusedLocals: false,
    noUnusedParameters: false,
    noEmit: true,
    skipLibCheck: true,
    typeRoots: [join(root, "node_modules/@types")],
  };
  const config = { extends: join(root, "tsconfig.json"), compilerOptions, include: ["*.ts"], exclude: [] };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify(config));
  // Examples are modules.
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const { status, stdout, stderr } = spawnSync("tsc", ["-p", project], { cwd: site, encoding: "utf8" });
  return status === 0 ? "" : stdout + stderr || "tsc did not run";
}

if (process.argv[1] === import.meta.filename) {
  const complaints = checkTypes();
  console.log(complaints === "" ? "the examples of all pages have the right types" : complaints);
  process.exitCode = complaints === "" ? 0 : 1;
}
