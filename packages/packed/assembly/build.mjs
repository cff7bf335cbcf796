// Compiles the kernels into src/kernels-base64.ts and src/planes/plane-kernels-base64.ts, and writes their types to src/signatures. Does
// nothing if those were made from these very sources. The files are checked in, so that the package is plain TypeScript for readers, tests
// and bundlers.
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { compileAssembly, signaturesOf, writeWhole } from "../../../scripts/compile-assembly.mjs";

const root = join(import.meta.dirname, "..");
const target = join(root, "src/kernels-base64.ts");
const planesTarget = join(root, "src/planes/plane-kernels-base64.ts");

/** Checksum of the sources and this file: what is compiled, and how. */
export function sourceDigest() {
  const hash = createHash("sha256");
  const shared = join(root, "../../scripts/compile-assembly.mjs");
  for (const file of [
    ...globSync("assembly/*", { cwd: root })
      .toSorted()
      .map((name) => join(root, name)),
    shared,
  ])
    hash.update(readFileSync(file));
  return hash.digest("hex");
}

const digest = sourceDigest();
const isMade = (file) => {
  try {
    return readFileSync(file, "utf8").includes(digest);
  } catch {
    return false;
  }
};

if (![target, planesTarget].every(isMade)) {
  const memory = ["--converge", "--initialMemory", "1", "--maximumMemory", "65536", "--enable", "simd", "--enable", "bulk-memory"];
  const kernels = await compileAssembly(root, "assembly/index.ts", memory);
  const relaxed = await compileAssembly(root, "assembly/relaxed.ts", [...memory, "--importMemory", "--enable", "relaxed-simd"]);
  const planes = await compileAssembly(root, "assembly/planes.ts", [...memory, "--importMemory"]);
  writeWhole(join(root, "src/signatures/kernels.ts"), await signaturesOf(root, "assembly/index.ts", { whole: "KernelFunctions" }));
  writeWhole(join(root, "src/signatures/planes.ts"), await signaturesOf(root, "assembly/planes.ts", { whole: "PlaneKernels" }));
  const write = (file, text) => writeWhole(file, `// Made by assembly/build.mjs from the sources with SHA-256\n// ${digest}\n\n${text}`);
  // Both modules are deflated together, since they have much in common, and before base64, in which gzip finds few repetitions: its letters
  // are not aligned to bytes.
  const deflated = (bytes) => deflateRawSync(bytes, { level: 9 }).toString("base64");
  write(
    planesTarget,
    `/** A WebAssembly module, deflated: the kernels for values of several bits, which share the others' memory. */
export const planeKernelsBase64 =
  "${deflated(planes)}";
`,
  );
  write(
    target,
    `/** Two WebAssembly modules, deflated: the kernels, and those of them that are faster with relaxed SIMD, for engines that have it. */
export const kernelsBase64 =
  "${deflated(Buffer.concat([kernels, relaxed]))}";

/** Where the second begins. */
export const RELAXED_AT = ${kernels.length};
`,
  );
}
