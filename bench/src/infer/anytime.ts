import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createRandom } from "@benn/core";
import { cifar10, cifar10Options } from "@benn/data-cifar";
import { load, type VoteName } from "@benn/packed";
import { race } from "../race.ts";

/** Images a turn; with all members and with as few as decide take turns. */
const TURN = 20;

export interface Anytime {
  readonly voter: VoteName;
  /** Of so many members, on average, ran when a vote may stop once it is decided. */
  readonly ran: number;
  readonly members: number;
  /** Milliseconds an image, with all members and with as many as decide: medians over turns. */
  readonly whole: number;
  readonly early: number;
}

/**
 * How many members a decided vote saves: the trained ensemble of the browser demo on photographs that it never saw.
 * @param count of photographs, at most 1000
 */
export async function anytime(count: number): Promise<Anytime[]> {
  const root = join(import.meta.dirname, "../../..");
  const model = await load(await readFile(join(root, "examples/browser/public/model.benn")));
  const data = await cifar10(cifar10Options.parse({ source: "sample" })).load({ validation: 0, random: createRandom(1, "bench") });
  const { mean, deviation } = data.preprocessing;
  const rows = Int32Array.from({ length: Math.min(count, data.test.labels.length) }, (_, row) => row);
  const floats = await data.test.images(rows);
  const bytes = Uint8Array.from(floats, (value, i) => Math.round(value * (deviation?.[i % 3] ?? 1) + (mean?.[i % 3] ?? 0)));
  const images = Array.from(rows, (row) => bytes.subarray(row * 3072, (row + 1) * 3072));
  const found: Anytime[] = [];
  for (const voter of ["hard", "softmax"] as const) {
    let ran = 0;
    const contestant = (name: string, anytime: boolean) => ({
      name,
      turn: (round: number): Promise<number> => {
        const own = images.slice(Math.max(0, round) * TURN, (Math.max(0, round) + 1) * TURN);
        const start = performance.now();
        const predictions = model.predict(own, { voter, anytime });
        const milliseconds = (performance.now() - start) / own.length;
        if (anytime && round >= 0) ran += predictions.reduce((sum, prediction) => sum + prediction.ran, 0);
        return Promise.resolve(milliseconds);
      },
    });
    const { results } = await race([contestant("whole", false), contestant("early", true)], Math.ceil(images.length / TURN));
    const [whole, early] = results.map(({ median }) => median);
    found.push({ voter, ran: ran / images.length, members: model.members.length, whole: whole ?? Number.NaN, early: early ?? Number.NaN });
  }
  return found;
}
