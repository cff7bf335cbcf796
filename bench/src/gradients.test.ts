import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom } from "@benn/core/internals";
import { expect, test } from "vitest";
import { benchJson } from "../test/bench-json.ts";
import { quotedCommands } from "../test/quoted-commands.ts";
import { runBench } from "./run-bench.ts";

const SMALL = ["--epochs", "1", "--width", "0.03", "--train-rows", "40", "--test-rows", "10", "--workers", "2", "--seeds", "2"];

/** CIFAR-10's files with a few random images. */
function fewImages(): string {
  const folder = mkdtempSync(join(tmpdir(), "bench-cifar-"));
  const random = createRandom(1, "images");
  for (const name of ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"]) {
    const bytes = Uint8Array.from({ length: 10 * 3073 }, (_, i) => (i % 3073 === 0 ? (i / 3073) % 10 : random.integer(256)));
    writeFileSync(join(folder, `${name}.bin`), bytes);
  }
  return folder;
}

test.for(quotedCommands("gradients"))("`$quoted` compares both kinds, and takes finished runs as they are", async ({ words }) => {
  const [out, data] = [mkdtempSync(join(tmpdir(), "bench-gradients-")), fewImages()];
  const own = words.map((word) => (word === "DIR" ? data : word));
  const study = async (...more: string[]) => (await benchJson(...own, "--out", out, ...SMALL, ...more))[0]?.rows ?? [];
  const rows = await study();
  expect(rows.map((row) => row[""])).toEqual(["test accuracy, %", "training loss", "images/s"]);
  expect(rows[1]?.["difference"]).toBeCloseTo(Number(rows[1]?.["int16"]) - Number(rows[1]?.["exact"]), 10);
  expect(await study()).toEqual(rows);
  await expect(study("--epochs", "2")).rejects.toThrow("was made with epochs=1, now epochs=2 is asked for");
  for (const folder of [out, data]) rmSync(folder, { recursive: true });
});

test("a study of one seed is refused, since it cannot show a difference beyond chance", async () => {
  await expect(runBench(["gradients", "--seeds", "1"], () => {})).rejects.toThrow("Give --seeds 2 or more");
});
