// Compiles the kernels to wasm/*.wasm, with and without relaxed SIMD, for shared and unshared memory, and writes their types to
// src/kernel-signatures.ts. Does nothing if all outputs are newer than their sources.
import { join } from "node:path";
import { compileAssembly, modifiedAt, newestOf, signaturesOf, writeWhole } from "../../../scripts/compile-assembly.mjs";

const root = join(import.meta.dirname, "..");
const entry = "assembly/index.ts";
const variants = [true, false].flatMap((relaxed) =>
  [true, false].map((shared) => ({
    relaxed,
    shared,
    file: join(root, `wasm/${relaxed ? "relaxed" : "plain"}${shared ? "-shared" : ""}.wasm`),
  })),
);

/** The contents of src/kernel-signatures.ts. */
export const signatures = () => signaturesOf(root, entry, { split: "SplitKernels", whole: "WholeKernels" });

const newest = newestOf(root, "assembly/*", "src/constants/*");
if (variants.some(({ file }) => modifiedAt(file) < newest)) {
  writeWhole(join(root, "src/kernel-signatures.ts"), await signatures());
  for (const { relaxed, shared, file } of variants) {
    const options = ["--importMemory", "--initialMemory", "1", "--maximumMemory", "65536", "--enable", "simd", "--enable", "bulk-memory"];
    if (relaxed) options.push("--enable", "relaxed-simd");
    if (shared) options.push("--sharedMemory", "--enable", "threads");
    writeWhole(file, await compileAssembly(root, entry, options));
  }
}
