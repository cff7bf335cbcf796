// `pnpm bench conformance`: the share of TensorFlow.js's own specs that the engine passes. They are part of the package tfjs-core.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundle } from "./bundle.ts";
import type { SpecResult } from "./conformance/specs.ts";
import type { Subject } from "./subject.ts";

/** Next to the engine's dist, so that its URLs to ../wasm and ../thread are valid. */
const FOLDER = join(import.meta.dirname, "../../packages/backend-wasm/node_modules");
const [SPECS, RESULTS] = [join(FOLDER, ".specs.mjs"), join(FOLDER, ".specs.json")];

function run(backend: string, only: string): SpecResult[] {
  const stdio = ["ignore", "ignore", "pipe"] as const;
  const { status, stderr } = spawnSync(process.execPath, [SPECS, backend, RESULTS, only], { encoding: "utf8", stdio: [...stdio] });
  if (status !== 0) throw new Error(`bench conformance: the specs did not run to their end. ${stderr.slice(-500)}`);
  return JSON.parse(readFileSync(RESULTS, "utf8")) as SpecResult[];
}

export const conformance: Subject<{ readonly only: string }> = {
  describe: (command) =>
    command
      .description("The share of TensorFlow.js's own specs (kernels, gradients, engine) that the engine passes, beside tfjs-backend-cpu.")
      .option("--only <text>", "specs whose names hold it", "")
      .addHelpText("after", "\nExamples:\n  pnpm bench conformance\n  pnpm bench conformance --only conv2d --json"),
  async *measure({ only }) {
    mkdirSync(FOLDER, { recursive: true });
    // tfjs-core declares its specs free of side effects.
    writeFileSync(SPECS, await bundle("conformance/specs.ts", { conditions: [], platform: "node", treeshake: false }));
    const ran = ["benn-wasm", "cpu"].map((backend) => ({
      backend,
      specs: run(backend, only).filter(({ status }) => /passed|failed/.test(status)),
    }));
    const failed = ran.flatMap(({ backend, specs }) =>
      specs.filter(({ status }) => status === "failed").map((spec) => ({ backend, spec })),
    );
    yield {
      title: "Specs of tfjs-core",
      rows: ran.map(({ backend, specs }) => {
        const passed = specs.filter(({ status }) => status === "passed").length;
        return { "": backend, specs: specs.length, passed, "%": (100 * passed) / specs.length };
      }),
      notes: failed.map(({ backend, spec }) => `${backend} fails: ${spec.name}: ${spec.message.slice(0, 120)}`),
    };
  },
};
