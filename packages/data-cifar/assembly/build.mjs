// Compiles the kernels to wasm/whitening.wasm and writes their types to src/kernel-signatures.ts, unless the module is newer than its source.
import { join } from "node:path";
import { compileAssembly, modifiedAt, newestOf, signaturesOf, writeWhole } from "../../../scripts/compile-assembly.mjs";

const root = join(import.meta.dirname, "..");
const entry = "assembly/index.ts";
const file = join(root, "wasm/whitening.wasm");

if (modifiedAt(file) < newestOf(root, "assembly/*")) {
  writeWhole(join(root, "src/kernel-signatures.ts"), await signaturesOf(root, entry, { whole: "WhiteningFunctions" }));
  const options = ["--importMemory", "--initialMemory", "1", "--maximumMemory", "65536", "--enable", "simd"];
  writeWhole(file, await compileAssembly(root, entry, options));
}
