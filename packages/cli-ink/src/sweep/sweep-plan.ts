import { UserError } from "@benn/core/messages";

/** What a sweep tries: every preset with every combination of the grid, with every seed. */
export interface SweepRequest {
  readonly presets: readonly string[];
  readonly seeds: readonly number[];
  /** `epochs=1,2`: the values of one key, between commas. */
  readonly grid: readonly string[];
}

/** One run of a sweep. */
export interface SweptRun {
  /** Of its folder. */
  readonly name: string;
  /** The same for runs of which only the seed differs. */
  readonly group: string;
  readonly preset?: string;
  readonly seed: number;
  /** As for `--set`. */
  readonly settings: readonly string[];
}

/** What a name may be: it is part of paths, and of keys of the queue. */
const LONGEST_NAME = 100;

/**
 * The runs of a sweep, those of one group beside one another.
 * @throws UserError for a grid that is none, and for names that come twice or are too long
 */
export function sweptRuns({ presets, seeds, grid }: SweepRequest): SweptRun[] {
  const axes = grid.map(axisOf);
  const corners = axes.reduce<readonly (readonly string[])[]>(
    (all, axis) => all.flatMap((corner) => axis.map((setting) => [...corner, setting])),
    [[]],
  );
  const runs = (presets.length > 0 ? presets : [undefined]).flatMap((preset) =>
    corners.flatMap((settings) => {
      const group = [preset ?? "run", ...settings].map(nameOf).join("-");
      return seeds.map((seed): SweptRun => ({
        name: `${group}-seed-${seed}`,
        group,
        ...(preset === undefined ? {} : { preset }),
        seed,
        settings,
      }));
    }),
  );
  const names = new Set<string>();
  for (const { name } of runs) {
    if (name.length > LONGEST_NAME)
      throw new UserError(
        `sweep: ${name} is ${name.length} characters long, and a run's name has ${LONGEST_NAME} at most. Name presets of your own, with shorter names.`,
      );
    if (names.has(name)) throw new UserError(`sweep: two of its runs would be called ${name}. Leave out what comes twice.`);
    names.add(name);
  }
  return runs;
}

/** Values of one key: `epochs=1,2` is epochs=1 and epochs=2. Commas within brackets belong to the value. */
function axisOf(text: string): readonly string[] {
  const at = text.indexOf("=");
  if (at < 1) throw new UserError(`--grid ${text}: is not key=value,value. Write for example --grid epochs=10,20.`);
  const key = text.slice(0, at);
  const values: string[] = [""];
  let depth = 0;
  for (const character of text.slice(at + 1)) {
    if ("[{".includes(character)) depth += 1;
    if ("]}".includes(character)) depth -= 1;
    if (character === "," && depth === 0) values.push("");
    else values[values.length - 1] += character;
  }
  if (values.includes("")) throw new UserError(`--grid ${text}: has a value that is empty. Write for example --grid ${key}=1,2.`);
  return values.map((value) => `${key}=${value}`);
}

/** As much of a text as a name may have. */
function nameOf(text: string): string {
  return text.replaceAll(/[^\w.=-]+/g, "_").replaceAll("=", "-");
}
