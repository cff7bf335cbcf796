import { globSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import type { Reporter } from "vitest/node";
// Tests run from the sources of every package: nothing needs to be built except the WebAssembly kernels, which this does.
import "./packages/backend-wasm/assembly/build.mjs";
import "./packages/data-cifar/assembly/build.mjs";

const conditions = ["source"];
const fromSource = { resolve: { conditions }, ssr: { resolve: { conditions, externalConditions: conditions } } };

const e2e = { globalSetup: ["photographs.ts"], testTimeout: 300_000, hookTimeout: 300_000 };
const alone = ["bootstrap.test.ts"];

/** Their tests leave no state behind in a process, so that one may run several files: most of the time of a short file is its process. */
const tidy = new Set(["analysis", "report", "vote"].map((name) => join("packages", name)));

/** Folders that are tidy in a package that as a whole is not: what the command shows and computes, without the command itself. */
const tidyFolders = new Map([
  [
    join("packages", "cli-ink"),
    ["comparison", "completion", "evaluation", "report", "run", "runs", "screen", "selection", "stability"].map((name) => `src/${name}/**`),
  ],
]);

/** A last line that scripts can read. */
const count: Reporter = {
  onTestRunEnd(modules) {
    const n = (state: "passed" | "failed" | "skipped") =>
      modules.reduce((sum, module) => sum + [...module.children.allTests(state)].length, 0);
    console.log(`${n("passed")} passed, ${n("failed")} failed, ${n("skipped")} skipped`);
  },
};

export default defineConfig({
  test: {
    reporters: ["default", count],
    maxWorkers: "100%",
    globalSetup: [join(import.meta.dirname, "scripts/scratch-folder.ts")],
    projects: [
      ...globSync(["packages/*", "examples", "golden", "bench", "mutation", "results", "soak", "scripts", "site"], {
        cwd: import.meta.dirname,
      }).flatMap((root) => {
        const folders = tidyFolders.get(root) ?? [];
        const project = (name: string, { isolate, include, exclude }: { isolate: boolean; include: string[]; exclude: string[] }) => ({
          ...fromSource,
          root,
          test: {
            name,
            isolate,
            include,
            exclude: ["**/node_modules/**", "**/dist/**", ...exclude],
            setupFiles: [join(import.meta.dirname, "scripts/seed-properties.ts")],
            // Only to catch hangs: SwiftShader emulates a GPU on shared cores.
            testTimeout: 240_000,
            hookTimeout: 240_000,
          },
        });
        const all = "**/*.test.{ts,tsx}";
        return [
          project(root, { isolate: !tidy.has(root), include: [all], exclude: folders }),
          ...(folders.length === 0
            ? []
            : [project(`${root}, tidy`, { isolate: false, include: folders.map((folder) => folder.replace("**", all)), exclude: [] })]),
        ];
      }),
      // Whole commands in separate processes.
      { ...fromSource, root: "e2e", test: { ...e2e, name: "e2e", include: ["**/*.test.ts"], exclude: alone } },
      // Tests that rebuild the packages while commands run from the build: after all others.
      { ...fromSource, root: "e2e", test: { ...e2e, name: "e2e, alone", include: alone, fileParallelism: false } },
    ],
  },
});
