import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readSafetensors, writeSafetensors } from "@benn/core/internals";
import { afterAll, expect, test } from "vitest";

const command = fileURLToPath(new URL("command.ts", import.meta.url));
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "benn-golden-"));
afterAll(() => rmSync(scratch, { recursive: true }));

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const golden = (...args: string[]) =>
  new Promise<Outcome>((resolve) => {
    execFile(process.execPath, ["--conditions=source", command, ...args], { cwd: scratch }, (error, out, err) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err }),
    );
  });

const folder = (name: string, ...files: string[]) => {
  const path = join(scratch, name);
  mkdirSync(path);
  for (const file of files) copyFileSync(fixture(file), join(path, file));
  return path;
};

test("a folder with a part of the files has a line for each check, a summary, and exit code 0", async () => {
  const { code, out } = await golden(folder("part", "vote.safetensors", "binarize.safetensors"));
  expect(out).toMatch(/^ {2}ok {4}0\/latent +\S+ ≤ 1e-6$/m);
  expect(out).toMatch(/^ {2}ok {4}hard_weighted +0 ≤ 0$/m);
  expect(out).toMatch(/^binarize\.safetensors {2}11 of 11 passed; worst: \S+, \S+ of 1e-6$/m);
  expect(out.trimEnd().split("\n").at(-1)).toMatch(/^ok: 17 of 17 checks passed on backend wasm in [\d.]+ s$/);
  expect(code).toBe(0);
});

test("a number that is not ours fails its check, not the others, and the exit code is 1", async () => {
  const path = folder("wrong");
  const { metadata, tensors } = readSafetensors(readFileSync(fixture("boost.safetensors")), "boost");
  const alpha = tensors.get("cifar/B/alpha1");
  const changed = new Map(tensors).set("cifar/B/alpha1", { ...alpha!, data: Float64Array.of(Number(alpha?.data[0]) * (1 + 1e-10)) });
  writeFileSync(join(path, "other-name.safetensors"), writeSafetensors({ metadata, tensors: changed }));

  const { code, out } = await golden(path);
  expect(out.match(/^ {2}FAIL.*$/gm)).toEqual([expect.stringMatching(/cifar\/B\/alpha1 +1e-10 > 1e-12$/)]);
  expect(out).toContain("FAIL: 69 of 70 checks passed");
  expect(code).toBe(1);

  const asJson = await golden("--json", "--backend", "cpu", path);
  const report = JSON.parse(asJson.out) as { passed: boolean; backend: string; files: { checks: { name: string; passed: boolean }[] }[] };
  expect(report).toMatchObject({ passed: false, backend: "cpu" });
  expect(report.files[0]?.checks.filter(({ passed }) => !passed).map(({ name }) => name)).toEqual(["cifar/B/alpha1"]);
  expect(asJson.code).toBe(1);
});

test("what no check asks for is named, and a file with nothing known in it too", async () => {
  const path = folder("more", "vote.safetensors");
  const { metadata, tensors } = readSafetensors(readFileSync(fixture("vote.safetensors")), "vote");
  const extra = { dtype: "F32", shape: [1], data: Float32Array.of(1) } as const;
  writeFileSync(join(path, "vote.safetensors"), writeSafetensors({ metadata, tensors: new Map(tensors).set("median", extra) }));
  writeFileSync(join(path, "weather.safetensors"), writeSafetensors({ metadata: {}, tensors: new Map([["rain", extra]]) }));
  const { code, out } = await golden(path);
  expect(out).toContain("Not checked: 1 tensor that no check asked for (median).");
  expect(out).toMatch(/^weather\.safetensors +not checked$/m);
  expect(code).toBe(0);
});

test.for([
  ["no folder", () => [join(scratch, "nowhere")], /^golden: ".*nowhere" is not a folder\. Give one/],
  ["a folder of other things", () => [folder("other")], /^golden: nothing in ".*other" is known\. Expected/],
  ["no argument", () => [], /^golden: expected one folder, got 0\. Try/],
  ["an unknown option", () => ["--bakend", "cpu", scratch], /^golden: Unknown option '--bakend'/],
  ["an unknown backend", () => ["--backend", "wsam", scratch], /^backend "wsam" is unknown\. Did you mean "wasm"\?/],
] as const)("%s gets one sentence and exit code 2", async ([, args, message]) => {
  const { code, out, err } = await golden(...args());
  expect(err).toMatch(message);
  expect(out).toBe("");
  expect(code).toBe(2);
});

test("a damaged file gets one sentence and exit code 2", async () => {
  const path = folder("damaged");
  writeFileSync(join(path, "boost.safetensors"), readFileSync(fixture("boost.safetensors")).subarray(0, 9000));
  const { code, err } = await golden(path);
  expect(err).toMatch(/boost\.safetensors: tensor "cifar\/A\/w0" lies at .* The file is damaged or not in safetensors format\.\n$/);
  expect(code).toBe(2);
});

test("--help shows examples", async () => {
  const { code, out } = await golden("--help");
  expect(out).toContain("$ pnpm golden --backend cpu golden/fixtures");
  expect(code).toBe(0);
});
