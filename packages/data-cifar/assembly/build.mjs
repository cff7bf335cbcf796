// Compiles the kernels to wasm/whitening.wasm, unless that is newer than its source.
import { globSync, mkdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const file = "wasm/whitening.wasm";
const modified = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;

if (modified(file) < Math.max(...globSync("assembly/*", { cwd: root }).map(modified))) {
  const { default: asc } = await import("assemblyscript/asc");
  mkdirSync(join(root, "wasm"), { recursive: true });
  const flags = ["assembly/index.ts", "--baseDir", root, "--outFile", file, "--runtime", "stub", "-O3", "--noAssert"];
  flags.push("--importMemory", "--initialMemory", "1", "--maximumMemory", "65536", "--enable", "simd");
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
