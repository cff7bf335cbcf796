import { type InputOptions, rolldown } from "rolldown";

/** A module of this package and all it imports, from their sources, as one module's text; Node's own stay outside. */
export async function bundle(file: string, { conditions, ...options }: InputOptions & { conditions: readonly string[] }): Promise<string> {
  const build = await rolldown({
    input: `${import.meta.dirname}/${file}`,
    external: /^node:/,
    resolve: { conditionNames: ["source", ...conditions, "import", "default"] },
    onLog: () => {},
    ...options,
  });
  const { output } = await build.generate({ format: "esm", codeSplitting: false });
  await build.close();
  return output[0].code;
}
