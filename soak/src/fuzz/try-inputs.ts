import { failure } from "../../../packages/cli-ink/src/command/failure.ts";
import { createRandom } from "../../../packages/core/src/random.ts";
import { oneOf } from "../part.ts";
import kept from "./kept-inputs.json" with { type: "json" };
import { mutate } from "./mutate.ts";
import { READERS } from "./readers.ts";
import type { Opened } from "./reader.ts";

export interface ToTry {
  readonly reader: string;
  readonly seed: number;
  readonly folder: string;
  readonly trials: readonly number[];
  /** [0]: index in `trials` of the current input. */
  readonly at: SharedArrayBuffer;
}

/** The results of a range of them. */
export interface Tried {
  readonly results: readonly (readonly [trial: number, outcome: string | { readonly failed: string }])[];
  readonly done: boolean;
}

/** Maximum growth of the process in megabytes for one input. */
const MOST_GROWTH = 512;
/** Results are reported in batches. */
const TOGETHER = 500;

/** Inputs that failed once come first. */
function inputOf({ seeds, hostile = [], form, seal }: Opened, { reader: name, seed }: ToTry, trial: number): Uint8Array {
  const again = (kept as Readonly<Record<string, readonly string[]>>)[name]?.[trial];
  if (again !== undefined) return Buffer.from(again, "base64");
  const random = createRandom(seed, "fuzz", name, trial);
  const changed = mutate(oneOf([...seeds, ...hostile], random), form, random, seeds);
  return seal && random.integer(4) > 0 ? seal(changed) : changed;
}

const PROTOTYPES: readonly object[] = [
  Object.prototype,
  Array.prototype,
  Function.prototype,
  String.prototype,
  Number.prototype,
  Map.prototype,
];
const keysOfPrototypes = (): number => PROTOTYPES.reduce<number>((sum, prototype) => sum + Reflect.ownKeys(prototype).length, 0);

async function attempt(opened: Opened, input: Uint8Array): Promise<string> {
  try {
    await opened.read(input);
    return "read";
  } catch (error) {
    if (!(error instanceof Error)) throw new Error(`threw ${String(error)}, which is no error`, { cause: error });
    if (opened.refuses?.(error) === true) return "refused";
    const { code, text } = failure(error, { debug: false });
    if (code !== 2) throw error;
    if (!/^benn: [^\n]{8,}$/.test(text) || text.length > 4000)
      throw new Error(`refused, but not in a sentence: ${text.slice(0, 400)}`, { cause: error });
    return "refused";
  }
}

/**
 * Gives random inputs to a reader.
 * @param post called with their results, several hundred at a time
 * @throws if the reader refuses a valid file
 */
export async function tryInputs(toTry: ToTry, post: (tried: Tried) => void): Promise<void> {
  const { reader: name, folder, trials, at } = toTry;
  const progress = new Int32Array(at);
  const opened = await (await READERS[name]!()).open(folder);
  for (const right of opened.seeds) await opened.read(opened.seal?.(right) ?? right);
  const before = keysOfPrototypes();
  let results: [number, string | { failed: string }][] = [];
  for (const [place, trial] of trials.entries()) {
    Atomics.store(progress, 0, place);
    const input = inputOf(opened, toTry, trial);
    const grown = process.resourceUsage().maxRSS;
    try {
      const outcome = await attempt(opened, input);
      const growth = (process.resourceUsage().maxRSS - grown) / 1024;
      if (growth > MOST_GROWTH) throw new Error(`took ${Math.round(growth)} MB for ${input.length} bytes`);
      if (keysOfPrototypes() !== before) throw new Error("changed a prototype that all objects share");
      results.push([trial, outcome]);
    } catch (error) {
      const bytes = Buffer.from(input).toString("base64");
      const { stack = "" } = error as Error;
      results.push([
        trial,
        { failed: `${stack}\ninput of ${input.length} bytes: ${bytes.length > 2000 ? `${bytes.slice(0, 2000)}…` : bytes}` },
      ]);
    }
    if (results.length >= TOGETHER) {
      post({ results, done: false });
      results = [];
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  post({ results, done: true });
}
