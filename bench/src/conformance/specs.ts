// Runs tfjs-core's own specs, or those whose names contain a text, on a backend, benn-wasm or cpu, and writes their results to a file, as
// JSON. ../conformance.ts bundles this with them, so that they and the engine share one core.
import { writeFileSync } from "node:fs";
import { registerWasmBackend } from "@benn/backend-wasm";
import * as tf from "@benn/core/tensorflow";
import jasmineRequire from "jasmine-core/lib/jasmine-core/jasmine.js";
import { setTestEnvs } from "@tensorflow/tfjs-core/dist/jasmine_util.js";

export interface SpecResult {
  readonly name: string;
  readonly status: "passed" | "failed" | "pending" | "excluded";
  readonly message: string;
}

const jasmine = jasmineRequire.core(jasmineRequire);
const environment = jasmine.getEnv({ suppressLoadErrors: true });
Object.assign(globalThis, jasmineRequire.interface(jasmine, environment));
const [backendName = "benn-wasm", file = "specs.json", only = ""] = process.argv.slice(2);
// One thread: the specs dispose of the backend after each suite, and its threads with it.
if (backendName === "benn-wasm") await registerWasmBackend({ threads: 1 });
await tf.setBackend(backendName);
setTestEnvs([{ name: backendName, backendName, isDataSync: true }]);
await import("@tensorflow/tfjs-core/dist/tests.js");

const results: SpecResult[] = [];
environment.configure({ random: false, specFilter: (spec) => spec.getFullName().includes(only) });
environment.addReporter({
  specDone({ fullName, status, failedExpectations }) {
    results.push({ name: fullName, status, message: failedExpectations[0]?.message ?? "" });
  },
  jasmineDone() {
    writeFileSync(file, JSON.stringify(results));
    process.exit(0);
  },
});
void environment.execute();
