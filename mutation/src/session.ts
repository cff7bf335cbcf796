// A separate process, so that a mutant which loops forever can be ended: it executes the plan in the given folder.
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { BaseSequencer, createVitest, type TestSpecification } from "vitest/node";
import { FOLDER, type Plan, sessionFiles } from "./session-files.ts";

const root = process.cwd();
const files = sessionFiles(process.env[FOLDER] ?? "");
const plan = JSON.parse(readFileSync(files.plan, "utf8")) as Plan;
const code = JSON.parse(readFileSync(files.code, "utf8")) as Record<string, string>;
const conditions = ["source"];

class AsPlanned extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    return specifications;
  }
}

const vitest = await createVitest(
  {
    config: false,
    root,
    watch: false,
    reporters: [{}],
    sequence: { sequencer: AsPlanned },
    pool: "forks",
    maxWorkers: 1,
    silent: true,
    fsModuleCache: false, // it would return a file with the mutants of another run
    runner: join(import.meta.dirname, "repeating-runner.ts"),
    include: [...plan.tests],
    ...(plan.without && { testNamePattern: new RegExp(`^(?!.*${plan.without})`) }),
    // One worker and one TensorFlow.js for all files; the runner makes each of them load our modules again.
    isolate: false,
    setupFiles: [join(root, "scripts/seed-properties.ts"), join(import.meta.dirname, "stop-at-first-failure.ts")],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    passWithNoTests: true,
  },
  {
    resolve: { conditions },
    ssr: { resolve: { conditions, externalConditions: conditions } },
    plugins: [
      {
        name: "mutants",
        enforce: "pre",
        transform: (_, id) => {
          const mutated = code[relative(root, id.replace(/\?.*/, ""))];
          return mutated === undefined ? undefined : { code: mutated, map: null };
        },
      },
    ],
  },
);

const [project] = vitest.projects;
await vitest.runTestSpecifications(plan.tests.map((test) => project!.createSpecification(join(root, test))));
await vitest.close();
process.exit(0);
