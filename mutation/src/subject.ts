import { globSync } from "node:fs";
import { UserError } from "@benn/core";

/** What is mutated together, and the tests that may kill its mutants. */
export interface Subject {
  readonly name: string;
  /** Paths from the root. */
  readonly sources: readonly string[];
  readonly tests: readonly string[];
  /** Tests whose name contains this do not run. */
  readonly without?: string | undefined;
}

interface Globs {
  readonly sources: readonly string[];
  readonly without?: readonly string[];
  readonly tests: readonly string[];
  readonly withoutTests?: readonly string[];
  readonly withoutTest?: string;
}

const packageGlobs = (name: string): Globs => ({ sources: [`packages/${name}/src/**/*.ts`], tests: [`packages/${name}/src/**/*.test.ts`] });

const GLOBS: Readonly<Record<string, Globs>> = {
  vote: packageGlobs("vote"),
  "ensemble-bagging": packageGlobs("ensemble-bagging"),
  "ensemble-boost": packageGlobs("ensemble-boost"),
  binarize: {
    sources: ["packages/binarize/src/**/*.ts"],
    // The kernels of a backend are reached only on a backend that has some.
    tests: ["packages/binarize/src/**/*.test.ts", "packages/backend-wasm/src/kernels/binary-layers.test.ts"],
  },
  exporter: {
    sources: ["packages/packed/src/export/**/*.ts", "packages/core/src/lowering.ts"],
    tests: ["packages/packed/src/export/**/*.test.ts"],
    // They train networks for minutes, or export in a hook, which would run for every mutant.
    withoutTests: ["exact", "imagenet-nets", "literature", "whitened"].map((name) => `packages/packed/src/export/${name}.test.ts`),
  },
  // It counts 150 million executions.
  "import-torch": { ...packageGlobs("import-torch"), withoutTest: "three million opcodes" },
  core: {
    sources: ["packages/core/src/**/*.ts"],
    without: [
      // The conformance tests of plugins, `benn bench` and toy networks are tests and instruments themselves.
      "packages/core/src/testing/**",
      "packages/core/src/bench/**",
      "packages/core/src/train/toy-problem.ts",
      "packages/core/src/node/run-toy.ts",
      "packages/core/src/node/power-cut.ts",
      // Node loads these in a separate thread or process, without the instrumentation.
      "packages/core/src/node/threads/serve-members.ts",
      "packages/core/src/node/threads/toy-thread.ts",
      "packages/core/src/node/plugins/import-plugin.ts",
      "packages/core/src/node/plugins/install-resolver.ts",
      // Used by the exporter.
      "packages/core/src/lowering.ts",
    ],
    tests: ["packages/core/src/**/*.test.ts"],
    withoutTests: ["packages/core/src/node/plugins/plugins.test.ts"],
  },
};

export const SUBJECTS = Object.keys(GLOBS);

/** @param name a subject's, or its folder's: `packages/vote` means `vote` */
export function subjectOf(name: string, root: string): Subject {
  const found = name.replace(/\/$/, "").replace(/^packages\//, "");
  const globs = GLOBS[found];
  if (!globs) throw new UserError(`mutate: there is no subject "${name}". There are: ${SUBJECTS.join(", ")}.`);
  const { sources, without = [], tests, withoutTests = [], withoutTest } = globs;
  const skipped = ["**/*.test.ts", "**/index.d.ts", "**/node_modules/**", ...without];
  return {
    name: found,
    sources: globSync([...sources], { cwd: root, exclude: skipped }).toSorted(),
    tests: globSync([...tests], { cwd: root, exclude: ["**/node_modules/**", ...withoutTests] }).toSorted(),
    without: withoutTest,
  };
}
