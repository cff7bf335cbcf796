// Compiles the kernels to wasm/*.wasm, with and without relaxed SIMD, for shared and unshared memory: unless they are
// newer than their sources.
import { globSync, mkdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const variants = [true, false].flatMap((relaxed) =>
  [true, false].map((shared) => ({ relaxed, shared, file: `wasm/${relaxed ? "relaxed" : "plain"}${shared ? "-shared" : ""}.wasm` })),
);
const modified = (file) => statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
const newest = Math.max(...globSync("assembly/*", { cwd: root }).map(modified));

if (variants.some(({ file }) => modified(file) < newest)) {
  const { default: asc } = await import("assemblyscript/asc");
  mkdirSync(join(root, "wasm"), { recursive: true });
  for (const { relaxed, shared, file } of variants) {
    const flags = ["assembly/index.ts", "--baseDir", root, "--outFile", file, "--runtime", "stub", "-O3", "--noAssert"];
    flags.push("--importMemory", "--initialMemory", "1", "--maximumMemory", "65536", "--enable", "simd", "--enable", "bulk-memory");
    if (relaxed) flags.push("--enable", "relaxed-simd");
    if (shared) flags.push("--sharedMemory", "--enable", "threads");
    const { error, stderr } = await asc.main(flags, {
      // In one piece, since tests of several packages may build at once.
      writeFile(name, contents) {
        const temporary = join(root, `${name}.${process.pid}`);
        writeFileSync(temporary, contents);
        renameSync(temporary, join(root, name));
      },
    });
    if (error) throw new Error(`the kernels do not compile:\n${stderr}`, { cause: error });
  }
}
