import { mkdtempSync } from "node:fs";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openContainer } from "@benn/cli-ink";
import { exportRun } from "@benn/packed/export";
import { useSoftwareGpu } from "@benn/software-gpu";
import { expect, test } from "vitest";
import { keepResult } from "./keep-result.ts";
import { PLACES, type Places } from "./places.ts";
import { trainResult } from "./train-result.ts";

await useSoftwareGpu();

const config = {
  members: 2,
  epochs: 2,
  scheme: "deep-ensemble",
  mode: "independent",
  parallel: 1,
  architecture: { name: "nin", width: 1 / 64 },
  dataset: { name: "cifar10", trainRows: 20, testRows: 10 },
  batchSize: 10,
  backend: "webgpu",
};

async function newPlaces(): Promise<Places> {
  const results = mkdtempSync(join(tmpdir(), "benn-gpu-"));
  await mkdir(join(results, "tiny"));
  await writeFile(join(results, "tiny", "config.json"), JSON.stringify(config));
  await copyFile(join(PLACES.results, "README.md"), join(results, "README.md"));
  return { results, runs: join(results, "runs") };
}

test("a GPU that is lent for a moment trains, saves and gives the run back, and the next one goes on with it", async () => {
  const [lent, home] = [await newPlaces(), await newPlaces()];
  const lines: string[] = [];
  const print = (line: string): void => void lines.push(line);
  expect(await trainResult("tiny", { places: lent, print, minutes: 0.001, to: home.runs })).toBe(false);
  expect(lines).not.toContainEqual(expect.stringMatching(/^member 2: test/));
  expect(await trainResult("tiny", { places: home, print })).toBe(true);
  const result = await keepResult("tiny", home);
  expect(result?.members).toHaveLength(2);
  expect(Object.keys(result?.files ?? {})).toEqual(["tiny.benn"]);
  const { verification } = await exportRun(join(home.runs, "tiny"), { container: await openContainer(), verify: true });
  expect(verification).toMatchObject({ images: 10, members: [{ otherClass: 0 }, { otherClass: 0 }] });
});
