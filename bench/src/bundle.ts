import { type InputOptions, rolldown } from "rolldown";

/** Bundles a module of this package and everything it imports, from their sources, into one module; Node's own modules stay external. */
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
