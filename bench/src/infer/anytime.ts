import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createRandom } from "@benn/core";
import { cifar10, cifar10Options } from "@benn/data-cifar";
import { load, type PredictOptions, type VoteName } from "@benn/packed";

export interface Anytime {
  readonly voter: VoteName;
  /** Of so many members, in the mean, ran when a vote may stop once it is decided. */
  readonly ran: number;
  readonly members: number;
  /** Milliseconds an image, with all members and with as many as decide. */
  readonly whole: number;
  readonly early: number;
}

/** How many members a decided vote saves: the trained ensemble of the browser demo on photographs that it never saw. */
export async function anytime(): Promise<Anytime[]> {
  const root = join(import.meta.dirname, "../../..");
  const model = await load(await readFile(join(root, "examples/browser/public/model.benn")));
  const data = await cifar10(cifar10Options.parse({ source: "sample" })).load({ validation: 0, random: createRandom(1, "bench") });
  const { mean, deviation } = data.preprocessing;
  const size = 32 * 32 * 3;
  const floats = await data.test.images(Int32Array.from(data.test.labels.keys()));
  const bytes = Uint8Array.from(floats, (value, i) => Math.round(value * (deviation?.[i % 3] ?? 1) + (mean?.[i % 3] ?? 0)));
  const images = Array.from(data.test.labels.keys(), (row) => bytes.subarray(row * size, (row + 1) * size));
  const timed = (options: PredictOptions): { readonly ran: number; readonly milliseconds: number } => {
    const start = performance.now();
    const ran = model.predict(images, options).reduce((sum, prediction) => sum + prediction.ran, 0);
    return { ran: ran / images.length, milliseconds: (performance.now() - start) / images.length };
  };
  timed({});
  return (["hard", "softmax"] as const).map((voter) => {
    const whole = timed({ voter });
    const early = timed({ voter, anytime: true });
    return { voter, ran: early.ran, members: model.members.length, whole: whole.milliseconds, early: early.milliseconds };
  });
}
