import { join } from "node:path";
import { Application, type TypeDocOptions } from "typedoc";
import type { PluginOptions } from "typedoc-plugin-markdown";

const root = join(import.meta.dirname, "../..");
const doors = ["core/src/index.ts", "core/src/node/index.ts", "core/src/testing/index.ts", "cli-ink/src/index.ts", "packed/src/index.ts"];

/** Writes the reference of the doors, which TypeDoc reads from their types and comments. */
export async function writeApi(folder: string): Promise<void> {
  const options: TypeDocOptions & PluginOptions = {
    entryPoints: doors.map((door) => join(root, "packages", door)),
    tsconfig: join(root, "tsconfig.json"),
    plugin: ["typedoc-plugin-markdown"],
    out: folder,
    name: "API",
    readme: "none",
    excludeInternal: true,
    excludeExternals: true,
    disableSources: true,
    hideBreadcrumbs: true,
    hidePageHeader: true,
    parametersFormat: "table",
    interfacePropertiesFormat: "table",
    entryFileName: "index",
    // The project's own compiler checks the types, which is newer than TypeDoc's.
    skipErrorChecking: true,
    logLevel: "Error",
  };
  const app = await Application.bootstrapWithPlugins(options);
  const project = await app.convert();
  if (!project) throw new Error("TypeDoc could not read the doors");
  await app.generateOutputs(project);
  if (app.logger.hasErrors()) throw new Error("TypeDoc reported errors");
}
