import { type Architecture, type Binarizer, type DependencyContainer, UserError } from "@benn/core";
import type { Exams } from "@benn/core/internals";
import { type ContractKey, CONTRACTS, type Registry, type RegistryEntry } from "@benn/core/node";

/** The exam of one thing that a plugin registers. */
export interface PluginExam {
  readonly key: ContractKey;
  readonly name: string;
  /** Absent: there is none. */
  readonly exam?: (exams: Exams) => void;
  /** Why not, a sentence. */
  readonly why?: string;
}

type Entry = RegistryEntry<never>;
type Exam = (exams: Exams, name: string, create: () => never, entry: Entry) => void;

const EXAMS: Partial<Record<ContractKey, Exam>> = {
  dataset: (exams, name, create) => exams.testDataset(name, create),
  architecture: (exams, name, create) => exams.testArchitecture(name, create, shapesFor(create)),
  binarizer: (exams, name, create) => exams.testBinarizer(name, create),
  scheme: (exams, name, create) => exams.testScheme(name, create),
  voter: (exams, name, create) => exams.testVoter(name, create),
  loss: (exams, name, create) => exams.testLoss(name, create),
  optimizer: (exams, name, create) => exams.testOptimizer(name, create),
  schedule: (exams, name, create) => exams.testSchedule(name, create),
  metrics: (exams, name, create) => exams.testMetric(name, create),
  backend: (exams, name, create, { definition }) => exams.testBackend(name, create, definition),
  listeners: (exams, name, create) => exams.testListener(name, create),
  views: (exams, name, create) => exams.testView(name, create),
};

/**
 * The exams of everything that a plugin has registered, in the order of the contracts.
 * @param plugin its name
 * @param settings of options, `NAME.option=value`
 * @throws UserError for a setting of something that the plugin does not register, and for options that cannot be
 */
export function examsOf(container: DependencyContainer, plugin: string, settings: readonly string[]): PluginExam[] {
  const options = optionsIn(settings);
  const keys = Object.keys(CONTRACTS) as ContractKey[];
  const found = keys.flatMap((key) => {
    const registry = container.resolve<Registry<never>>(CONTRACTS[key].token as symbol);
    return registry
      .entries()
      .filter((entry) => entry.plugin === plugin)
      .map((entry): PluginExam => {
        const { name, definition } = entry;
        const exam = EXAMS[key];
        if (!exam) return { key, name, why: `There are no conformance tests for ${CONTRACTS[key].title}s.` };
        const { name: _name, ...own } = registry.resolve({ name, ...options.get(name) });
        const create = (): never => definition.create(own);
        return { key, name, exam: (exams) => exam(exams, name, create, entry) };
      });
  });
  for (const name of options.keys()) {
    if (!found.some((own) => own.name === name))
      throw new UserError(
        `--set ${name}: the plugin registers nothing of that name, but ${found.map((own) => own.name).join(", ") || "nothing at all"}.`,
      );
  }
  return found;
}

function optionsIn(settings: readonly string[]): Map<string, Record<string, unknown>> {
  const options = new Map<string, Record<string, unknown>>();
  for (const setting of settings) {
    const [, name = "", option = "", text = ""] = /^([^.=]+)\.([^.=]+)=(.*)$/s.exec(setting) ?? [];
    if (name === "") throw new UserError(`--set ${setting}: is not NAME.option=value. Write for example --set my-dataset.data=photos.`);
    options.set(name, { ...options.get(name), [option]: valueOf(text) });
  }
  return options;
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const TAKEN = [8, 16, 32, 64, 224].map((side) => [side, side, 3] as const);
const REFUSED = [[1, 1, 3] as const, [2, 2, 3] as const, [4, 4, 3] as const, [1, 0, 3] as const];

/** The smallest images that a network takes, and some that it refuses. */
function shapesFor(create: () => Architecture): Parameters<Exams["testArchitecture"]>[2] {
  const takes = (inputShape: readonly [number, number, number]): boolean => {
    try {
      create().build({ inputShape, classes: 7, binarizer: realValued, seed: 1 }).dispose();
      return true;
    } catch {
      return false;
    }
  };
  return {
    inputShape: TAKEN.find(takes) ?? [32, 32, 3],
    refuses: REFUSED.find((shape) => !takes(shape)) ?? [1, 0, 3],
  };
}

const realValued: Binarizer = {
  bits: { activations: 32, kernel: 32 },
  activations: (x) => x.clone(),
  kernel: (w) => w.clone(),
  project: (w) => w.clone(),
};
