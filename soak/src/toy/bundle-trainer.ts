import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

/**
 * Bundles the process that trains until it is killed into one module: it starts in half the time of its sources.
 * @returns its path
 */
export async function bundleTrainer(folder: string): Promise<string> {
  const build = await rolldown({
    input: join(import.meta.dirname, "train-until-killed.ts"),
    platform: "node",
    external: [/^node:/],
    resolve: { conditionNames: ["source", "import", "default"] },
    onLog: () => {},
    plugins: [
      {
        name: "stay-where-you-were",
        resolveId: (id) => (id.startsWith("@tensorflow/") ? { id: import.meta.resolve(id), external: true } : undefined),
        transform: (code, id) => code.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(id).href)),
      },
    ],
  });
  const path = join(folder, "train-until-killed.mjs");
  await build.write({ file: path, format: "esm", codeSplitting: false });
  await build.close();
  return path;
}
