import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KINDS } from "./kinds.ts";
import { NewPluginError } from "./new-plugin-error.ts";

export interface NewPlugin {
  readonly kind: string;
  readonly name: string;
  /** Where the plugin's folder is made. */
  readonly cwd: string;
  /** Who is asked, for messages: `benn new`. */
  readonly who: string;
  /** Of benn's own repository: a package beside the others, with their versions and without a configuration of its own. */
  readonly workspace?: boolean;
}

export interface CreatedPlugin {
  readonly folder: string;
  /** Paths inside it, in the order of writing. */
  readonly files: readonly string[];
  /** What tries it, a command each. */
  readonly next: readonly string[];
}

const NODE = "^22.18.0 || ^24.0.0 || >=26.0.0";
const templates = join(import.meta.dirname, "..", "templates");

/**
 * Writes a folder with a plugin that works, its test and its package.json: a copy of templates/KIND under another name.
 * @throws NewPluginError, and nothing is written
 */
export function createPlugin({ kind, name, cwd, who, workspace = false }: NewPlugin): CreatedPlugin {
  const template = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (!template) throw new NewPluginError(`${who}: there is no kind "${kind}". Kinds: ${Object.keys(KINDS).join(", ")}.`);
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/.test(name))
    throw new NewPluginError(
      `${who}: expected two or more words of small letters and digits with - between as the name, got "${name}". For example: my-${kind}.`,
    );
  const folder = join(cwd, name);
  if (existsSync(folder)) throw new NewPluginError(`${who}: ${folder} is there already. Choose another name.`);
  const renamed = (text: string): string => text.replaceAll(`my-${kind}`, name).replaceAll(camelCase(`my-${kind}`), camelCase(name));
  const texts: Readonly<Record<string, string>> = {
    "package.json": `${JSON.stringify(workspace ? workspaceManifest(name, kind) : manifest(name, kind), undefined, 2)}\n`,
    ...(workspace ? {} : { "tsconfig.json": TSCONFIG }),
    "README.md": readme(name, kind, workspace),
    "src/index.ts": renamed(readFileSync(join(templates, kind, "index.ts"), "utf8")),
    "src/index.test.ts": renamed(readFileSync(join(templates, kind, "index.test.ts"), "utf8")),
  };
  mkdirSync(join(folder, "src"), { recursive: true });
  for (const [path, text] of Object.entries(texts)) writeFileSync(join(folder, path), text);
  const next = workspace ? [`pnpm vitest run packages/${name}`] : [`cd ${name}`, "npm install", "npm test", useOf(name, kind, ".")];
  return { folder, files: Object.keys(texts), next };
}

function useOf(name: string, kind: string, path: string): string {
  return ["npx benn train --plugin", path, KINDS[kind]?.use.replace("NAME", name)].filter(Boolean).join(" ");
}

function camelCase(name: string): string {
  return name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** Version of this package, which is that of the others. */
function ownRange(): string {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "..", "package.json"), "utf8")) as { version: string };
  return `^${version}`;
}

function manifest(name: string, kind: string): object {
  const imports = KINDS[kind]?.imports ?? [];
  const own = ["@benn/core", ...imports].toSorted();
  const peers = Object.fromEntries(own.map((one) => [one, ownRange()]));
  return {
    name,
    version: "0.0.0",
    description: `A plugin for benn: ${kind} ${name}`,
    keywords: ["benn-plugin"],
    type: "module",
    exports: { types: "./dist/index.d.ts", default: "./dist/index.js" },
    files: ["dist"],
    scripts: { build: "tsc", prepare: "tsc", test: "vitest run src", train: useOf(name, kind, ".").replace("npx ", "") },
    peerDependencies: peers,
    devDependencies: { "@benn/cli-ink": ownRange(), "@types/node": "*", ...peers, typescript: ">=5.9", vitest: ">=3" },
    engines: { node: NODE },
  };
}

function workspaceManifest(name: string, kind: string): object {
  const imports = KINDS[kind]?.imports ?? [];
  const own = ["@benn/core", ...imports].toSorted();
  const peers = Object.fromEntries(own.map((one) => [one, "workspace:^"]));
  return {
    name: `@benn/${name}`,
    version: "0.0.0",
    description: `The ${kind} ${name}`,
    keywords: ["benn-plugin"],
    license: "Apache-2.0",
    repository: { type: "git", directory: `packages/${name}` },
    files: ["dist"],
    type: "module",
    exports: { ".": { source: "./src/index.ts", types: "./dist/index.d.ts", default: "./dist/index.js" } },
    scripts: { build: "node ../../scripts/build.mjs" },
    devDependencies: { ...peers, vitest: "catalog:" },
    peerDependencies: peers,
    engines: { node: NODE },
  };
}

const TSCONFIG = `{
  "compilerOptions": {
    "target": "es2024",
    "module": "nodenext",
    "strict": true,
    "erasableSyntaxOnly": true,
    "verbatimModuleSyntax": true,
    "rewriteRelativeImportExtensions": true,
    "declaration": true,
    "skipLibCheck": true,
    "types": ["node"],
    "rootDir": "src",
    "outDir": "dist"
  },
  "include": ["src"],
  "exclude": ["**/*.test.ts"]
}
`;

function readme(name: string, kind: string, workspace: boolean): string {
  const head = `# ${workspace ? "@benn/" : ""}${name}\n\nA plugin for benn: the ${kind} \`${name}\`.\n`;
  const commands = workspace
    ? `pnpm vitest run packages/${name}`
    : ["npm install", "npm test   # what every plugin of its kind must do, and your own tests", useOf(name, kind, ".")].join("\n");
  const body = workspace
    ? ""
    : "\n`--plugin` takes this folder as it is: the code in `src` runs without a build. Published, the package is found by the\n" +
      "keyword `benn-plugin` wherever it is a dependency.\n";
  return `${head}\n\`\`\`sh\n${commands}\n\`\`\`\n${body}${workspace ? "\nLicence: Apache-2.0\n" : ""}`;
}
