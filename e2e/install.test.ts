// What a user gets: the packages as tarballs, installed by plain npm into folders that know nothing of this checkout.
// On the running Node, or on those that BENN_INSTALL_NODES names ("22 24 26"), which npm fetches.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newFolder, root } from "./benn.ts";
import { type LoopbackRegistry, packAll, serveTarballs, type Tarball } from "./loopback-registry.ts";

const MOST_MEGABYTES = 150;
const TINY = ["--set", "dataset.trainRows=60", "dataset.testRows=30", "batchSize=20", "epochs=1", "members=1", "architecture.width=0.0625"];

let tarballs: Tarball[];
let registry: LoopbackRegistry;

beforeAll(async () => {
  tarballs = packAll(root, newFolder());
  registry = await serveTarballs(
    tarballs,
    execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8", cwd: newFolder() }).trim(),
  );
}, 600_000);
afterAll(() => registry.close());

describe("a tarball", () => {
  const each = (problem: (tarball: Tarball) => unknown[]) =>
    Object.fromEntries(tarballs.map((tarball) => [tarball.manifest.name, problem(tarball)]).filter(([, found]) => found?.length));

  test("depends on ranges, and on nothing of this repository's own protocols", () => {
    const exact = /^\d|^workspace:|^catalog:/;
    const versionsOf = ({ manifest }: Tarball) =>
      ["dependencies", "peerDependencies"].flatMap((key) => Object.entries((manifest[key] ?? {}) as Record<string, string>));
    expect(tarballs.length).toBeGreaterThan(25);
    expect(each((tarball) => versionsOf(tarball).filter(([, version]) => exact.test(version)))).toEqual({});
    expect(each(({ manifest }) => ["devDependencies", "scripts"].filter((key) => key in manifest))).toEqual({});
  });

  test("has every file that its package.json names, and no map, test or source that nothing can use", () => {
    const named = (value: unknown): string[] =>
      typeof value === "string" ? [value] : Object.entries(value ?? {}).flatMap(([key, own]) => (key === "source" ? ["source"] : named(own))); // prettier-ignore
    expect(
      each(({ manifest, files }) =>
        [...named(manifest["exports"]), ...named(manifest["bin"])].filter((path) => !files.has(path.replace(/^\.\//, ""))),
      ),
    ).toEqual({});
    expect(
      each(({ files }) =>
        [...files.keys()].filter((path) => !path.startsWith("templates/") && /\.map$|\.test\.|^src\/|toy-thread/.test(path)),
      ),
    ).toEqual({});
    const pointsNowhere = /\/\/# sourceMappingURL=(?!data:)/;
    expect(each(({ files }) => [...files].filter(([path, text]) => path.endsWith(".js") && pointsNowhere.test(text.toString())))).toEqual(
      {},
    );
  });

  test("says where it comes from, and has the licence, and a notice beside photographs", () => {
    const url = "git+https://github.com/benn-js/benn.git";
    const lacks = ({ manifest, files }: Tarball) => [
      ...["homepage", "bugs", "description", ...(manifest["exports"] ? ["sideEffects"] : [])].filter((key) => manifest[key] === undefined),
      ...((manifest["keywords"] as string[] | undefined)?.length ? [] : ["keywords"]),
      ...((manifest["repository"] as { url?: string }).url === url ? [] : ["repository.url"]),
      ...((manifest["publishConfig"] as { provenance?: boolean } | undefined)?.provenance ? [] : ["provenance"]),
      ...["LICENSE", "README.md"].filter((path) => !files.has(path)),
    ];
    expect(each(lacks)).toEqual({});
    const photographs = tarballs.filter(({ files }) =>
      [...files.keys()].some((path) => /(?:^|\/)(?:sample|samples)\/.*\.(?:bin|png|webp)$/.test(path)),
    );
    expect(photographs.map(({ manifest }) => manifest.name).toSorted()).toEqual(["@benn/browser-demo", "@benn/data-cifar"]);
    for (const { files } of photographs) expect([...files.keys()].filter((path) => /(?:^|\/)NOTICE$/.test(path))).not.toEqual([]);
  });
});

/** The folder of a Node's programs, fetched by npm. */
function fetchNode(version: string): string {
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const home = join(root, ".toolchain", `${name}-${version}`);
  const bin = join(home, "node_modules", name, "bin");
  if (!existsSync(bin)) {
    mkdirSync(home, { recursive: true });
    execFileSync("npm", ["install", "--no-save", "--no-audit", "--no-fund", `--prefix=${home}`, `${name}@${version}`], { stdio: "ignore" });
  }
  return bin;
}

const nodes = process.env["BENN_INSTALL_NODES"]?.split(/\s+/).filter(Boolean) ?? [];

describe.for(nodes.length > 0 ? nodes : ["as it runs"])("on Node %s", (version) => {
  const home = newFolder();
  const [project, elsewhere] = [join(home, "project"), join(home, "elsewhere")];
  let bin: string;
  /** Runs a program; the registry answers meanwhile. */
  const run = async (command: string, args: readonly string[], cwd = project): Promise<{ code: number | null; output: string }> => {
    const PATH = [join(project, "node_modules/.bin"), bin, process.env["PATH"]].join(delimiter);
    const { NODE_OPTIONS: _options, ...env } = process.env;
    const child = spawn(command, args, {
      cwd,
      env: { ...env, PATH, CI: "1" },
      shell: process.platform === "win32",
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes: Buffer) => (output += bytes.toString()));
    const [code] = (await once(child, "close")) as [number | null];
    return { code, output };
  };
  const install = (...packages: string[]) => run("npm", ["install", `--registry=${registry.url}`, "--no-audit", "--no-fund", ...packages]);
  const benn = (...args: string[]) => run("benn", args);

  beforeAll(async () => {
    bin = nodes.length > 0 ? fetchNode(version) : dirname(process.execPath);
    mkdirSync(project);
    mkdirSync(elsewhere);
    writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
    const { code, output } = await install("@benn/cli-ink");
    expect(output).not.toMatch(/install scripts|deprecated/);
    expect([code, output]).toEqual([0, expect.stringContaining("added")]);
  }, 600_000);

  test("it takes no more room than its README says", () => {
    const files = globSync("node_modules/**/*", { cwd: project }).map((path) => lstatSync(join(project, path)));
    const megabytes = files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0) / 1e6;
    const { packages } = JSON.parse(readFileSync(join(project, "node_modules/.package-lock.json"), "utf8")) as { packages: object };
    const count = Object.keys(packages).length;
    const readme = readFileSync(join(root, "packages/cli-ink/README.md"), "utf8");
    const [, saidMegabytes = "0", saidCount = "0"] = /(\d+) MB in (\d+) packages/.exec(readme) ?? [];
    expect(megabytes).toBeLessThan(MOST_MEGABYTES);
    expect(Math.abs(megabytes - Number(saidMegabytes)), `${megabytes.toFixed(0)} MB`).toBeLessThan(8);
    expect(Math.abs(count - Number(saidCount)), `${count} packages`).toBeLessThan(8);
  });

  test("it trains and exports, and a plugin of a third folder trains beside", async () => {
    expect(await benn("train", ...TINY, "name=tiny")).toMatchObject({ code: 0 });
    expect(await benn("export", "runs/tiny")).toMatchObject({ code: 0 });
    expect(existsSync(join(project, "tiny.benn"))).toBe(true);
    writeFileSync(
      join(elsewhere, "twice.ts"),
      `import { definePlugin, SCHEMES, type EnsembleScheme } from "@benn/core";
       import * as tf from "@benn/core/tensorflow";
       const scheme: EnsembleScheme = {
         next: ({ sampleWeights }) => ({ kind: "accept", alpha: tf.scalar(1).mul(2).dataSync()[0]!, sampleWeights }),
       };
       export default definePlugin({ name: "twice", register: (c) => c.resolve(SCHEMES).add("twice", { description: "two", create: () => scheme }) });`,
    );
    const { code, output } = await benn("train", "--plugin", join(elsewhere, "twice.ts"), ...TINY, "scheme=twice", "name=twice");
    expect([code, output]).toEqual([0, expect.stringContaining("runs/twice")]);
  });

  test("what is heavy is asked for with the command that gets it, and works then", async () => {
    expect((await benn("train", "--backend", "webgpu", ...TINY)).output).toContain("npm install @benn/backend-webgpu webgpu");
    expect((await benn("train", ...TINY, "listeners=tensorboard", "name=board")).output).toContain("npm install @benn/tensorboard");
    const picture = join(root, "examples/browser/public/icon-192.png");
    expect(await benn("predict", "tiny.benn", picture)).toMatchObject({
      code: 2,
      output: expect.stringContaining("npm install sharp") as string,
    });
    expect((await install("sharp", "@benn/tensorboard")).code).toBe(0);
    expect(await benn("predict", "tiny.benn", picture)).toMatchObject({ code: 0, output: expect.stringMatching(/airplane|automobile|bird|cat|deer|dog|frog|horse|ship|truck/) as string }); // prettier-ignore
    expect(await benn("train", ...TINY, "listeners=tensorboard", "name=board")).toMatchObject({ code: 0 });
    expect(existsSync(join(project, "runs/board/tensorboard"))).toBe(true);
  });

  test("the exams run outside, under the newest vitest", async () => {
    expect(await install("--save-dev", "vitest@latest", "@benn/core", "@benn/vote")).toMatchObject({ code: 0 });
    writeFileSync(
      join(project, "exam.test.ts"),
      `import { createContainer, VOTERS } from "@benn/core";
       import { testVoter } from "@benn/core/testing";
       import vote from "@benn/vote";
       const container = createContainer();
       void vote.register(container);
       testVoter("soft", () => container.resolve(VOTERS).create({ name: "soft" }));`,
    );
    const { code, output } = await run("vitest", ["run"]);
    expect([code, output]).toEqual([0, expect.stringMatching(/\d+ passed/)]);
  });
});
