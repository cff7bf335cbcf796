import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { signaturesOf } from "./compile-assembly.mjs";

const packages = join(dirname(import.meta.dirname), "packages");
const MODULES = [
  { folder: "backend-wasm", entry: "assembly/index.ts", file: "src/kernel-signatures.ts", split: "SplitKernels", whole: "WholeKernels" },
  { folder: "data-cifar", entry: "assembly/index.ts", file: "src/kernel-signatures.ts", whole: "WhiteningFunctions" },
  { folder: "packed", entry: "assembly/index.ts", file: "src/signatures/kernels.ts", whole: "KernelFunctions" },
  { folder: "packed", entry: "assembly/planes.ts", file: "src/signatures/planes.ts", whole: "PlaneKernels" },
];

test.for(MODULES)("$folder/$file has the types of what $entry exports", async ({ folder, entry, file, ...interfaces }) => {
  const root = join(packages, folder);
  const made = await signaturesOf(root, entry, interfaces);
  expect(made === readFileSync(join(root, file), "utf8"), `run node packages/${folder}/assembly/build.mjs and commit ${file}`).toBe(true);
});

test.for([
  ["backend-wasm", "wasm/relaxed-shared.wasm"],
  ["backend-wasm", "wasm/plain.wasm"],
  ["data-cifar", "wasm/whitening.wasm"],
] as const)("the types of %s name every function of %s, with as many parameters as it has", async ([folder, file]) => {
  const path = join(packages, folder, file);
  expect(existsSync(path), `${path} is built`).toBe(true);
  const module = await WebAssembly.compile(readFileSync(path));
  const [memory] = WebAssembly.Module.imports(module);
  const shared = file.includes("shared");
  const imports = { [memory!.module]: { [memory!.name]: new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared }) } };
  const { exports } = await WebAssembly.instantiate(module, imports);
  const functions = Object.entries(exports).filter((entry): entry is [string, () => void] => typeof entry[1] === "function");
  const types = readFileSync(join(packages, folder, "src/kernel-signatures.ts"), "utf8");
  const named = [...types.matchAll(/readonly (\w+): \(([^)]*)\)/g)].map(([, name, parameters]) => [
    name,
    parameters!.split(":").length - 1,
  ]);
  expect(Object.fromEntries(named)).toEqual(Object.fromEntries(functions.map(([name, { length }]) => [name, length])));
});
