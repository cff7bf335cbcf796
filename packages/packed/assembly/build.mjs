// Compiles the kernels into src/kernels-base64.ts and src/planes/plane-kernels-base64.ts, unless those are made from these very sources. The files
// are checked in, so that the package is plain TypeScript for whoever reads, tests or bundles it.
import { createHash } from "node:crypto";
import { globSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";

const root = join(import.meta.dirname, "..");
const target = join(root, "src/kernels-base64.ts");
const planesTarget = join(root, "src/planes/plane-kernels-base64.ts");

/** Of the sources, this file included: what is compiled, and how. */
export function sourceDigest() {
  const hash = createHash("sha256");
  for (const file of globSync("assembly/*", { cwd: root }).toSorted()) hash.update(readFileSync(join(root, file)));
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
  const { default: asc } = await import("assemblyscript/asc");
  const compile = async (entry, own) => {
    let wasm;
    const flags = [entry, "--baseDir", root, "--outFile", "kernels.wasm", "--runtime", "stub", "-O3", "--noAssert", "--converge"];
    flags.push("--initialMemory", "1", "--maximumMemory", "65536", "--enable", "simd", "--enable", "bulk-memory", ...own);
    const { error, stderr } = await asc.main(flags, {
      writeFile(name, contents) {
        if (name.endsWith(".wasm")) wasm = contents;
      },
    });
    if (error) throw new Error(`the kernels do not compile:\n${stderr}`, { cause: error });
    return wasm;
  };
  const kernels = await compile("assembly/index.ts", []);
  const relaxed = await compile("assembly/relaxed.ts", ["--importMemory", "--enable", "relaxed-simd"]);
  const planes = await compile("assembly/planes.ts", ["--importMemory"]);
  const write = (file, text) => {
    writeFileSync(`${file}.${process.pid}`, `// Made by assembly/build.mjs from the sources with SHA-256\n// ${digest}\n\n${text}`);
    renameSync(`${file}.${process.pid}`, file); // in one piece, since tests of several packages may build at once
  };
  // Deflated together, since they have much in common, and before base64, in which gzip finds little to repeat: its letters do not begin where bytes do.
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
