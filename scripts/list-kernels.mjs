// Gathers the kernels of each file in a package's src/kernels, which it exports as `somethingKernels`, so that another kernel is another file and no
// line anywhere else: node scripts/list-kernels.mjs, or pnpm build.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "./compile-assembly.mjs";

const root = join(import.meta.dirname, "..");

/** Where lists are, what they are called, and of which type, by its file. */
export const LISTS = [
  { folder: "packages/core", name: "KERNEL_CONTRACTS" },
  { folder: "packages/backend-wasm", name: "KERNELS", type: "KernelTable", from: "./kernel-call.ts" },
  { folder: "packages/backend-webgpu", name: "KERNELS", type: "KernelTable", from: "./kernel-call.ts" },
];

/** What src/kernel-list.ts of a package holds. */
export function listOf({ folder, name, type, from }) {
  const files = globSync("src/kernels/*.ts", { cwd: join(root, folder) }).toSorted();
  const tables = files.flatMap((file) => {
    const [, table] = /^export const (\w+Kernels)\b/m.exec(readFileSync(join(root, folder, file), "utf8")) ?? [];
    return table && !file.endsWith(".test.ts") ? [{ table, path: file.replace("src/", "./") }] : [];
  });
  return [
    "// Made by scripts/list-kernels.mjs of the files in kernels/, not to be changed by hand.\n",
    ...(type ? [`import type { ${type} } from "${from}";\n`] : []),
    ...tables.map(({ table, path }) => `import { ${table} } from "${path}";\n`),
    `\nexport const ${name}${type ? `: ${type}` : ""} = {\n`,
    ...tables.map(({ table }) => `  ...${table},\n`),
    "};\n",
  ].join("");
}

export function writeLists() {
  for (const list of LISTS) writeWhole(join(root, list.folder, "src/kernel-list.ts"), listOf(list));
}

if (process.argv[1] === import.meta.filename) writeLists();
