// Wherever a plugin is stored, it must import the copy of core that runs it: a second copy would have its own registries, tensors and error
// classes. A single file outside every project finds core only by this resolver.
import { realpathSync } from "node:fs";
import { createRequire, registerHooks, type ResolveFnOutput, type ResolveHookContext } from "node:module";
import { extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const CORE = /^@benn\/core(?:\/|$)/;
const SHARED = /^(?:@tensorflow\/tfjs[\w-]*|tsyringe|reflect-metadata)(?:\/|$)/;
const UNION = "@tensorflow/tfjs";
const TENSORFLOW = "@benn/core/tensorflow";
const OF_TENSORFLOW = /\/node_modules\/@tensorflow\//;
const OURS = /^@benn\//;
const RELATIVE = /^\.\.?\//;
const FROM_PROJECT = /^project:([^:]+):(.+)$/;

type Next = (specifier: string, context?: Partial<ResolveHookContext>) => ResolveFnOutput;

const core = import.meta.url;
/** package.json files of the projects whose packages plugins may use. */
const projects = new Set<string>();

/** Files of the user, and files that they import by path. */
const userFiles = new Set<string>();
const moduleFormats: Readonly<Record<string, string>> = { ".ts": "module-typescript", ".js": "module" };

/**
 * Makes every import of `@benn/core`, TensorFlow.js and tsyringe in this thread resolve to the copies that core itself uses, and imports of
 * other `@benn/…` packages to those of the running program, if it has them. May be called again, for the same or another project. Worker
 * threads do not inherit the resolver: call it there too.
 */
export function installResolver(projectDir: string): void {
  projects.add(manifestUrl(projectDir));
  if (projects.size > 1) return;
  const program = runningProgram();
  registerHooks({
    resolve(specifier, context, next: Next) {
      const [, project, inProject] = FROM_PROJECT.exec(specifier) ?? [];
      const asking = project ? decodeURIComponent(project) : context.parentURL;
      const asked = inProject ?? specifier;
      // A plugin's union package would bring gradients of its own. TensorFlow's packages need all of it.
      const name = asked === UNION && !OF_TENSORFLOW.test(asking ?? "") ? TENSORFLOW : asked;
      const ask = (parentURL: string | undefined): ResolveFnOutput => {
        const found = resolveFrom(name, parentURL, context, next);
        const format = moduleFormats[extname(found.url)];
        const isUsers = userFiles.has(found.url) || (parentURL !== undefined && userFiles.has(parentURL) && RELATIVE.test(name));
        if (!isUsers || !format) return found;
        userFiles.add(found.url);
        return { ...found, format };
      };
      const from = (...parents: readonly string[]): ResolveFnOutput => {
        for (const parentURL of parents) {
          try {
            return ask(parentURL);
          } catch {
            // Not found here; the next place may have it.
          }
        }
        return ask(asking);
      };
      if (CORE.test(name)) return ask(core);
      if (SHARED.test(name)) return from(core);
      if (OURS.test(name)) return from(...program, ...(asking ? [asking] : []), ...projects);
      return from();
    },
  });
}

/**
 * Node's own resolution of a module as seen from `parentURL`. Uses `require`, because an import hook resolves from the actual importer,
 * whatever the context says.
 */
function resolveFrom(name: string, parentURL: string | undefined, context: ResolveHookContext, next: Next): ResolveFnOutput {
  const other = parentURL !== undefined && parentURL !== context.parentURL;
  if (!other || !context.conditions.includes("require")) return next(name, { ...context, parentURL });
  return { url: pathToFileURL(createRequire(parentURL).resolve(name)).href, shortCircuit: true };
}

/** The specifier to import a package as the project's own code would; requires `installResolver`. */
export function projectSpecifier(name: string, projectDir: string): string {
  return `project:${encodeURIComponent(manifestUrl(projectDir))}:${name}`;
}

/**
 * The specifier to import a user's file (a plugin, the configuration) as an ES module, whatever the nearest package.json says: the one that
 * `npm init` writes says CommonJS. Requires `installResolver`.
 */
export function fileSpecifier(path: string): string {
  const { href } = pathToFileURL(resolve(path));
  userFiles.add(href);
  return href;
}

/** URL of the folder's package.json, which need not exist: Node searches the project's packages from there. */
export function manifestUrl(projectDir: string): string {
  return pathToFileURL(join(resolve(projectDir), "package.json")).href;
}

/** The file that Node was started with, or in a worker thread the worker's. */
function runningProgram(): string[] {
  try {
    return [pathToFileURL(realpathSync(process.argv[1] ?? "")).href];
  } catch {
    return []; // started from a string or a prompt
  }
}
