// Compiles the kernels into src/kernels-base64.ts, unless that is made from these very sources. The file is checked in, so
// that the package is plain TypeScript for whoever reads, tests or bundles it.
import { createHash } from "node:crypto";
import { globSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";

const root = join(import.meta.dirname, "..");
const target = join(root, "src/kernels-base64.ts");

/** Of the sources, this file included: what is compiled, and how. */
export function sourceDigest() {
  const hash = createHash("sha256");
  for (const file of globSync("assembly/*", { cwd: root }).toSorted()) hash.update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

const digest = sourceDigest();
const read = () => {
  try {
    return readFileSync(target, "utf8");
  } catch {
    return "";
  }
};

if (!read().includes(digest)) {
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
  // Deflated together, since they have much in common, and before base64, in which gzip finds little to repeat: its letters do not begin where bytes do.
  const text = `// Made by assembly/build.mjs from the sources with SHA-256
// ${digest}

/** Two WebAssembly modules, deflated: the kernels, and those of them that are faster with relaxed SIMD, for engines that have it. */
export const kernelsBase64 =
  "${deflateRawSync(Buffer.concat([kernels, relaxed]), { level: 9 }).toString("base64")}";

/** Where the second begins. */
export const RELAXED_AT = ${kernels.length};
`;
  writeFileSync(`${target}.${process.pid}`, text);
  renameSync(`${target}.${process.pid}`, target); // in one piece, since tests of several packages may build at once
}
