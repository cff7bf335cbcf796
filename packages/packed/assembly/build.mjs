// Compiles the kernels into src/kernels-base64.ts, unless that is made from these very sources. The file is checked in, so
// that the package is plain TypeScript for whoever reads, tests or bundles it.
import { createHash } from "node:crypto";
import { globSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

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
    return Buffer.from(wasm).toString("base64");
  };
  const kernels = await compile("assembly/index.ts", []);
  const relaxed = await compile("assembly/relaxed.ts", ["--importMemory", "--enable", "relaxed-simd"]);
  const text = `// Made by assembly/build.mjs from the sources with SHA-256
// ${digest}

/** The WebAssembly module of the kernels. */
export const kernelsBase64 =
  "${kernels}";

/** Those of its kernels that are faster with relaxed SIMD, for engines that have it. */
export const relaxedBase64 =
  "${relaxed}";
`;
  writeFileSync(`${target}.${process.pid}`, text);
  renameSync(`${target}.${process.pid}`, target); // in one piece, since tests of several packages may build at once
}
