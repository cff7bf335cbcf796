import { createHash } from "node:crypto";
import { existsSync, mkdtempSync } from "node:fs";
import { copyFile, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openContainer } from "@benn/cli-ink";
import type { RunEvent } from "@benn/core";
import { followEvents, verifyRun } from "@benn/core/node";
import { expect, test } from "vitest";
import { keepResult } from "./keep-result.ts";
import { PLACES, resultNames } from "./places.ts";
import { figuresOf, resultSchema } from "./result.ts";
import { tableOf, writeResultsTable } from "./results-table.ts";
import { trainResult } from "./train-result.ts";

const config = {
  members: 2,
  epochs: 3,
  mode: "independent",
  parallel: 1,
  architecture: { name: "nin", width: 0.0625 },
  dataset: { name: "cifar10", trainRows: 100, testRows: 100 },
  backend: { name: "wasm", threads: 1 },
};

async function newPlaces() {
  const results = mkdtempSync(join(tmpdir(), "benn-results-"));
  const places = { results, runs: join(results, "runs") };
  await mkdir(join(results, "tiny"));
  await writeFile(join(results, "tiny", "config.json"), JSON.stringify(config));
  await copyFile(join(PLACES.results, "README.md"), join(results, "README.md"));
  return places;
}

test("a result is trained, stopped, taken up, kept and verified from its checkpoint", async () => {
  const places = await newPlaces();
  const stop = new AbortController();
  const lines: string[] = [];
  const print = (line: string): void => {
    lines.push(line);
    if (line.startsWith("member 2, epoch 1")) stop.abort();
  };
  expect(await trainResult("tiny", { places, print, signal: stop.signal })).toBe(false);
  expect((await keepResult("tiny", places))?.members).toHaveLength(1);

  // Another checkout has the stored result, and no runs/.
  const folder = join(places.results, "tiny");
  expect(existsSync(join(folder, "unfinished/members/000/logits.train.f32"))).toBe(false);
  await rename(join(places.runs, "tiny"), join(places.runs, "there"));
  expect(await trainResult("tiny", { places, print })).toBe(true);
  expect(lines).toContain("members/000: logits computed again from the weights.");
  const result = await keepResult("tiny", places);
  expect(result?.members).toHaveLength(2);
  expect(lines).toContain(`member 2: test ${(100 * (result?.members[1]?.test ?? 0)).toFixed(2)} %`);
  expect(existsSync(join(folder, "unfinished"))).toBe(false);
  expect(existsSync(join(folder, "members/000/weights.bin"))).toBe(false);

  const undisturbed = { ...places, runs: join(places.results, "undisturbed") };
  await trainResult("tiny", { places: undisturbed, print });
  for (const file of ["members/000/member.json", "members/001/member.json", "members/001/weights.bin"]) {
    expect(await readFile(join(places.runs, "tiny", file))).toEqual(await readFile(join(undisturbed.runs, "tiny", file)));
  }
  const verification = await verifyRun(folder, { container: await openContainer() });
  expect(verification).toMatchObject({ fromEpoch: 2, complete: true, members: [{ member: 0, differences: [] }] });

  expect(await writeResultsTable(places)).toContain("| [tiny](tiny) | nin width=0.0625 | 100 × 3 | 2 |");
  const page = await readFile(join(places.results, "README.md"), "utf8");
  expect(await writeResultsTable(places)).toBe(await writeResultsTable(places));
  expect(await readFile(join(places.results, "README.md"), "utf8")).toBe(page);
}, 240_000);

test.for(resultNames(PLACES).filter((name) => existsSync(join(PLACES.results, name, "result.json"))))(
  "%s: every figure is that of its log, and its files have the bytes that it names",
  async (name) => {
    const folder = join(PLACES.results, name);
    const result = resultSchema.parse(JSON.parse(await readFile(join(folder, "result.json"), "utf8")));
    const events: RunEvent[] = [];
    for await (const event of followEvents(folder, { follow: false })) events.push(event);
    expect(result).toMatchObject(figuresOf(events) ?? {});
    for (const [file, { bytes, sha256 }] of Object.entries(result.files)) {
      if (!existsSync(join(folder, file))) continue;
      const found = await readFile(join(folder, file));
      expect(found.length).toBe(bytes);
      expect(createHash("sha256").update(found).digest("hex")).toBe(sha256);
    }
    expect(await readFile(join(PLACES.results, "README.md"), "utf8")).toContain(tableOf([[name, result]]).split("\n")[2]);
  },
);

test("nothing kept names a folder of the machine that made it", async () => {
  for (const name of resultNames(PLACES)) {
    const path = join(PLACES.results, name, "experiment.json");
    if (existsSync(path)) expect(await readFile(path, "utf8")).not.toMatch(/"\/(?:work|home|root|Users|tmp)\//);
  }
});
