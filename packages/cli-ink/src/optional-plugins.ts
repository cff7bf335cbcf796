import { BACKENDS, type BennPlugin, definePlugin, LISTENERS, UserError } from "@benn/core";
import { installCommand, isAbsent } from "./optional-package.ts";

const WEBGPU = "@benn/backend-webgpu";
const TENSORBOARD = "@benn/tensorboard";

const imports: Readonly<Record<string, () => Promise<{ readonly default: BennPlugin }>>> = {
  [WEBGPU]: () => import("@benn/backend-webgpu"),
  [TENSORBOARD]: () => import("@benn/tensorboard"),
};

/** Say in the plugins' places how to get them. */
const standIns: Readonly<Record<string, BennPlugin>> = {
  [WEBGPU]: definePlugin({
    name: WEBGPU,
    register(container) {
      const reason = `${WEBGPU} is not installed.`;
      const remedy = `Install it: ${installCommand(WEBGPU)}`;
      const create = () => ({
        probe: () => Promise.resolve({ ok: false as const, reason, remedy }),
        activate: () => Promise.reject(new UserError(`backend webgpu: ${reason} ${remedy}.`)),
      });
      container.resolve(BACKENDS).add("webgpu", { description: `the GPU by WebGPU, with ${WEBGPU}`, create }, { aliases: ["gpu"] });
    },
  }),
  [TENSORBOARD]: definePlugin({
    name: TENSORBOARD,
    register(container) {
      const create = () => {
        throw new UserError(`listener tensorboard: ${TENSORBOARD} is not installed. Install it: ${installCommand(TENSORBOARD)}.`);
      };
      container.resolve(LISTENERS).add("tensorboard", { description: `event files for TensorBoard, with ${TENSORBOARD}`, create });
    },
  }),
};

/**
 * The plugins that the command knows and does not bring: those that are installed, and for each other one a stand-in
 * that names the command that gets it.
 * @param others packages that the project or the command line adds, which need no stand-in
 */
export async function optionalPlugins(others: readonly string[]): Promise<BennPlugin[]> {
  const plugins: BennPlugin[] = [];
  for (const [name, load] of Object.entries(imports)) {
    if (others.includes(name)) continue;
    try {
      plugins.push((await load()).default);
    } catch (error) {
      const standIn = standIns[name];
      if (!isAbsent(error, name) || !standIn) throw error;
      plugins.push(standIn);
    }
  }
  return plugins;
}
