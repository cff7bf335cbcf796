import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createRandom } from "@benn/core";
import { cifar10, cifar10Options } from "@benn/data-cifar";
import { load, type PredictOptions, type VoteName } from "@benn/packed";

/** Images a turn; with all members and with as few as decide take turns. */
const TURN = 20;

export interface Anytime {
  readonly voter: VoteName;
  /** Of so many members, in the mean, ran when a vote may stop once it is decided. */
  readonly ran: number;
  readonly members: number;
  /** Milliseconds an image, with all members and with as many as decide: medians over turns. */
  readonly whole: number;
  readonly early: number;
}

/** How many members a decided vote saves: the trained ensemble of the browser demo on photographs that it never saw. */
export async function anytime(): Promise<Anytime[]> {
  const root = join(import.meta.dirname, "../../..");
  const model = await load(await readFile(join(root, "examples/browser/public/model.benn")));
  const data = await cifar10(cifar10Options.parse({ source: "sample" })).load({ validation: 0, random: createRandom(1, "bench") });
  const { mean, deviation } = data.preprocessing.find((own) => own.operation === "standardize")!;
  const size = 32 * 32 * 3;
  const floats = await data.test.images(Int32Array.from(data.test.labels.keys()));
  const bytes = Uint8Array.from(floats, (value, i) => Math.round(value * (deviation[i % 3] ?? 1) + (mean[i % 3] ?? 0)));
  const images = Array.from(data.test.labels.keys(), (row) => bytes.subarray(row * size, (row + 1) * size));
  let ran = 0;
  /** Milliseconds an image of a turn. */
  const turn = (first: number, options: PredictOptions): number => {
    const own = images.slice(first, first + TURN);
    const start = performance.now();
    ran = model.predict(own, options).reduce((sum, prediction) => sum + prediction.ran, 0);
    return (performance.now() - start) / own.length;
  };
  turn(0, {});
  return (["hard", "softmax"] as const).map((voter) => {
    const [whole, early]: [number[], number[]] = [[], []];
    let members = 0;
    for (let first = 0; first < images.length; first += TURN) {
      whole.push(turn(first, { voter }));
      early.push(turn(first, { voter, anytime: true }));
      members += ran;
    }
    const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
    return { voter, ran: members / images.length, members: model.members.length, whole: median(whole), early: median(early) };
  });
}
