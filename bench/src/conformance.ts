// `pnpm bench conformance`: the share of TensorFlow.js's own specs that the engine passes. They travel in tfjs-core's package.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { rolldown } from "rolldown";
import type { SpecResult } from "./conformance/specs.ts";

/** Beside the engine's dist, so that its URLs to ../wasm and ../thread hold. */
const FOLDER = join(import.meta.dirname, "../../packages/backend-wasm/node_modules");

async function bundle(): Promise<string> {
  const build = await rolldown({
    input: join(import.meta.dirname, "conformance/specs.ts"),
    platform: "node",
    external: /^node:/,
    resolve: { conditionNames: ["source", "import", "default"], mainFields: ["module", "main"] },
    treeshake: false, // tfjs-core calls its specs free of side effects
    onLog: () => {},
  });
  const { output } = await build.generate({ format: "esm", codeSplitting: false });
  await build.close();
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, ".specs.mjs");
  writeFileSync(file, output[0].code);
  return file;
}

function run(file: string, backend: string): SpecResult[] {
  const out = join(FOLDER, ".specs.json");
  const { status, stderr } = spawnSync(process.execPath, [file, backend, out], { encoding: "utf8", stdio: ["ignore", "ignore", "pipe"] });
  if (status !== 0) throw new Error(`bench conformance: the specs did not run to their end. ${stderr.slice(-500)}`);
  return JSON.parse(readFileSync(out, "utf8")) as SpecResult[];
}

export async function conformance(args: readonly string[]): Promise<void> {
  const { json } = new Command("pnpm bench conformance")
    .description("The share of TensorFlow.js's own specs (kernels, gradients, engine) that the engine passes, beside tfjs-backend-cpu.")
    .option("--json", "print every spec's result", false)
    .addHelpText("after", "\nExample:\n  pnpm bench conformance --json > specs.json")
    .parse(args, { from: "user" })
    .opts<{ json: boolean }>();
  const file = await bundle();
  const results = { "benn-wasm": run(file, "benn-wasm"), cpu: run(file, "cpu") };
  if (json) {
    console.log(JSON.stringify(results));
    return;
  }
  for (const [backend, specs] of Object.entries(results)) {
    const failed = specs.filter(({ status }) => status === "failed");
    const ran = specs.filter(({ status }) => status !== "pending").length;
    console.log(`${backend}: ${ran - failed.length} of ${ran} specs pass (${((100 * (ran - failed.length)) / ran).toFixed(2)} %)`);
    for (const { name, message } of failed) console.log(`  ${name}: ${message.slice(0, 120)}`);
  }
}
