import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load, type Picture } from "@benn/packed";
import type { SafetensorsEntry } from "@benn/core/internals";
import { encodeModel } from "@benn/packed/export";
import type { TrustedPrediction } from "@benn/packed/trust";
import sharp from "sharp";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { answering } from "./predict.ts";
import { predictionLines } from "./prediction-lines.ts";

const entry = join(import.meta.dirname, "../benn.ts");
const cwd = mkdtempSync(join(tmpdir(), "benn-predict-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `benn predict` from its sources, in a separate process. */
function predict(...args: readonly string[]): Promise<Finished> {
  const child = spawn(process.execPath, ["--conditions=source", entry, "predict", ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
}

/** A model with the classes red, green and blue, which predicts the strongest channel on average. */
function model(labels: readonly string[], trust?: object): Uint8Array {
  const kernel = Float32Array.from({ length: 4 * 3 * 3 }, (_, i) => (Math.floor(i / 3) % 3 === i % 3 ? 1 : 0));
  const node = { op: "conv", in: [1], kernel: "kernel", block: 256, strides: [1, 1], pad: [0, 0, 0, 0] } as const;
  const json = new TextEncoder().encode(JSON.stringify(trust));
  const member = { architecture: "flat", alpha: 1, nodes: [{ op: "flatten", in: [0] } as const, node] };
  return encodeModel(
    { shape: [2, 2, 3], labels, voter: "soft", preprocessing: "standardize" },
    trust ? [member, member] : [member],
    new Map<string, SafetensorsEntry>([
      ...(trust ? [["trust", { dtype: "U8", shape: [json.length], data: json }] as const] : []),
      ["kernel", { dtype: "F32", shape: [1, 1, 12, 3], data: kernel }],
      ["mean", { dtype: "F32", shape: [3], data: new Float32Array(3) }],
      ["deviation", { dtype: "F32", shape: [3], data: new Float32Array(3).fill(255) }],
    ]),
  );
}

const [width, height] = [5, 4];
/** With every opacity, so that the background decides. */
const glass: Picture = {
  width,
  height,
  data: Uint8Array.from({ length: 4 * width * height }, (_, i) => [90, 3 * i, 40 + i, (i * 7) % 256][i % 4] ?? 0),
};

beforeAll(async () => {
  const raw = { raw: { width, height, channels: 4 } } as const;
  await sharp(glass.data, raw).png().toFile(join(cwd, "glass.png"));
  await sharp(glass.data, raw).toColourspace("b-w").png().toFile(join(cwd, "grey.png"));
  await sharp(glass.data, raw).png({ palette: true }).toFile(join(cwd, "palette.png"));
  await sharp(glass.data, raw).toColourspace("rgb16").png().toFile(join(cwd, "deep.png"));
  await sharp(glass.data, raw).removeAlpha().png().toFile(join(cwd, "solid.png"));
  writeFileSync(join(cwd, "model.benn"), model(["red", "green", "blue"]));
  writeFileSync(join(cwd, "page.jpg"), "<!DOCTYPE html>");
  writeFileSync(join(cwd, "torn.png"), (await sharp(glass.data, raw).png().toBuffer()).subarray(0, 60));
  mkdirSync(join(cwd, "folder.png"));
  mkdirSync(join(cwd, "run"));
});

interface Line {
  readonly picture: string;
  readonly label?: string;
  readonly error?: string;
  readonly scores?: readonly number[];
}
const lines = (stdout: string): Line[] =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);

test("what is transparent is white, as in the runtime, whatever the file's kind", async () => {
  const { code, stdout } = await predict("model.benn", "glass.png", "grey.png", "palette.png", "deep.png", "solid.png", "--json");
  expect(code).toBe(0);
  const [clear, grey, palette, deep, solid] = lines(stdout);
  const runtime = (await load(model(["red", "green", "blue"]))).predict(glass);
  expect(clear?.scores).toEqual([...runtime.scores]);
  expect(clear?.label).toBe(runtime.label);
  expect(deep?.scores).toEqual(clear?.scores);
  expect(solid?.scores).not.toEqual(clear?.scores);
  for (const other of [grey, palette]) expect(other?.scores?.every((score) => score > 0)).toBe(true);
});

test("pictures that cannot be read are named, the others answered, and the exit code is 1", async () => {
  const bad = ["nowhere.png", "page.jpg", "torn.png", "folder.png"];
  const { code, stdout, stderr } = await predict("model.benn", ...bad, "solid.png");
  expect(code).toBe(1);
  expect(stdout).toMatch(/^solid\.png +\w+ +1 of 1/m);
  expect(stderr).toMatch(/^benn: nowhere\.png cannot be read as a picture: ENOENT/m);
  expect(stderr).toMatch(/^benn: page\.jpg cannot be read as a picture: it is a page of the web\. Give PNG, JPEG or WebP\.$/m);
  expect(stderr).toMatch(/^benn: torn\.png cannot be read as a picture: /m);
  expect(stderr).toMatch(/^benn: folder\.png cannot be read as a picture: it is a folder; name the pictures in it\./m);
  expect(stderr).toMatch(/^benn: 4 of 5 pictures could not be read$/m);

  const json = await predict("model.benn", "solid.png", ...bad, "--json");
  expect(json.code).toBe(1);
  const answers = lines(json.stdout);
  expect(answers.map(({ picture, label, error }) => [picture, label === undefined, error === undefined])).toEqual([
    ["solid.png", false, true],
    ...bad.map((name) => [name, true, false]),
  ]);
  expect(answers[2]?.error).toBe("it is a page of the web");
});

test("a run folder is refused with what makes a file of it", async () => {
  const { code, stderr } = await predict("run", "solid.png");
  expect(stderr).toBe("benn: run: is a folder, not a .benn file. Export a run folder first: benn export run.\n");
  expect(code).toBe(2);
});

const trust = {
  version: 1,
  temperature: 4,
  temperatureRows: 50,
  coverageRows: 19,
  step: 1,
  tails: [...Array.from({ length: 10 }, () => 1), ...Array.from({ length: 9 }, (_, i) => 0.9 - i / 10)],
  lead: 0.1,
  reused: ["they ended the ensemble"],
};

const trusted = () => load(model(["red", "green", "blue"], trust));
const asked = async (options: Parameters<typeof answering>[2]) => answering(await trusted(), "trusted.benn", options);

test("a file that knows what its votes are worth gives the likeliest classes, how many members agree, and the set that was asked for", async () => {
  const { answer, notes } = await asked({ coverage: 0.7 });
  const prediction = answer(glass) as TrustedPrediction;
  expect(notes).toEqual([
    "sets of trusted.benn may contain the right class slightly less often. Of its held-out samples: they ended the ensemble",
  ]);
  expect(prediction.agreement).toBe(1);
  expect(prediction.set).toEqual(prediction.likeliest?.slice(0, 2));
  const [head, row] = predictionLines([{ picture: "glass.png", prediction, milliseconds: 1 }], 0.7);
  expect(head).toMatch(/^picture +class +then +70 % set +agree +ms$/);
  const [first, second, third] = (prediction.likeliest ?? []).map(
    ({ label, probability }) => `${label} ${(100 * probability).toFixed(1)} %`,
  );
  const cells = [
    "glass.png",
    first?.replace(" ", "  +"),
    `${second}, ${third}`,
    prediction.set?.map(({ label }) => label).join(", "),
    "2 of 2",
    "1.00",
  ];
  expect(row?.replaceAll(/ {2,}/g, "|")).toBe(cells.join("|").replace("  +", "|"));
  const plain = await asked({});
  expect(predictionLines([{ picture: "glass.png", prediction: plain.answer(glass), milliseconds: 1 }])[0]).toMatch(
    /^picture +class +then +agree +ms$/,
  );
  expect(plain.notes).toEqual([]);
  expect((await asked({ coverage: 0.99 })).notes[0]).toBe(
    "19 calibration rows are too few for a coverage of 0.99, so every class is in the set",
  );
});

test("a set of many classes is shown in part", () => {
  const labels = Array.from("abcdefgh");
  const likely = labels.map((label, k) => ({ class: k, label, probability: 1 / 8 }));
  const scores = new Float64Array(8);
  const prediction = { class: 0, label: "a", scores, votes: [], ran: 1, members: 1, voter: "soft", mirror: false, agreement: 0 } as const;
  const [, row] = predictionLines(
    [{ picture: "p", prediction: { ...prediction, likeliest: likely.slice(0, 3), set: likely }, milliseconds: 1 }],
    0.9,
  );
  expect(row).toContain("a, b, c, d and 4 more");
});

test("a table fits 80 columns, whatever the classes and the pictures are called", () => {
  const likely = Array.from({ length: 9 }, (_, k) => ({
    class: k,
    label: `n0148485${k} great white shark, white shark, man-eater, Carcharodon carcharias`,
    probability: 1 / 9,
  }));
  const scores = new Float64Array(9);
  const votes = [{ member: 0, class: 0, label: likely[0]!.label, alpha: 1, logits: new Float32Array(9) }];
  const plain = { class: 0, label: likely[0]!.label, scores, votes, ran: 12, members: 32, voter: "soft", mirror: false } as const;
  const picture = "pictures/of/a/holiday/by/the/sea/2026-08-14/IMG_20260814_123456.jpg";
  const judged = { ...plain, agreement: 0.5, likeliest: likely.slice(0, 3) };
  for (const [prediction, coverage] of [
    [plain, undefined],
    [judged, undefined],
    [{ ...judged, set: likely }, 0.95],
  ] as const) {
    const lines = predictionLines([{ picture, prediction, milliseconds: 123.4 }], coverage);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    const text = lines.join(" ");
    for (const word of [picture, likely[0]!.label, "1 of 12 agree", "12 of 32 run"]) expect(text).toContain(word);
    expect(text.includes(likely[2]!.label)).toBe("likeliest" in prediction);
    expect(text.includes("95 % set")).toBe(coverage !== undefined);
  }
  const short = {
    picture: "p.png",
    prediction: { ...judged, label: "cat", likeliest: [{ class: 0, label: "cat", probability: 0.9 }] },
    milliseconds: 1,
  };
  expect(predictionLines([short])[1]).toMatch(/^p\.png +cat +90\.0 %/);
});

test("--anytime spares members of a soft vote by the file's rule, and says where there is none", async () => {
  const { answer, notes } = await asked({ anytime: true });
  expect([answer(glass).ran, notes]).toEqual([1, []]);
  const all = (await asked({})).answer(glass);
  const [head, ...rows] = predictionLines([answer(glass), all].map((prediction) => ({ picture: "p", prediction, milliseconds: 1 })));
  expect(head).toMatch(/ agree +run +ms$/);
  expect(rows.map((row) => row.slice(-20))).toEqual(["1 of 1  1 of 2  1.00", "2 of 2  2 of 2  1.00"]);
  const mirrored = await asked({ anytime: true, mirror: true });
  expect([mirrored.answer(glass).ran, mirrored.notes]).toEqual([
    2,
    ["trusted.benn holds no rule for a mirrored soft vote to stop early by, so all members run"],
  ]);
  const none = answering(await load(model(["red", "green", "blue"])), "model.benn", { anytime: true });
  expect(none.notes).toEqual(["model.benn holds no rule for a soft vote to stop early by, so all members run"]);
  expect(answering(await trusted(), "trusted.benn", { anytime: true, voter: "hard" }).notes).toEqual([]);
});

test("a coverage that the file cannot give is refused", async () => {
  const plain = await load(model(["red", "green", "blue"]));
  expect(() => answering(plain, "model.benn", { coverage: 0.9 })).toThrow(
    "predict: --coverage needs what model.benn does not hold. Export it again from a run with held-out samples",
  );
  for (const more of [{ voter: "hard" }, { mirror: true }, { anytime: true }] as const)
    await expect(asked({ coverage: 0.9, ...more })).rejects.toThrow("predict: --coverage holds for the soft vote of all members");
});

test("the command says what it is asked in JSON, and refuses what is no probability", async () => {
  writeFileSync(join(cwd, "trusted.benn"), model(["red", "green", "blue"], trust));
  const { code, stdout, stderr } = await predict("trusted.benn", "solid.png", "--coverage", "0.7", "--json");
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(/^benn: sets of trusted\.benn may contain the right class slightly less often/),
  ]);
  const [line] = lines(stdout) as unknown as (Record<"likeliest" | "set", { label: string }[]> & {
    agreement: number;
    probabilities: number[];
  })[];
  expect(line).toMatchObject({ agreement: 1, likeliest: [{}, {}, {}], set: [{}, {}] });
  expect(line?.probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
  const odd = await predict("trusted.benn", "solid.png", "--coverage", "95");
  expect([odd.code, odd.stderr]).toEqual([2, expect.stringContaining("Expected a probability above 0 and below 1, like 0.95.")]);
});

test("labels of a file do nothing to a terminal", async () => {
  const evil = "\u001B]0;title\u0007\u009B2J\u202Ecafé\nnext";
  writeFileSync(join(cwd, "evil.benn"), model([evil, evil, evil]));
  const { stdout } = await predict("evil.benn", "solid.png");
  expect(stdout).toContain("café");
  expect(stdout.trimEnd().split("\n")).toHaveLength(2);
  // eslint-disable-next-line no-control-regex -- that is what is looked for
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]/);
  const json = await predict("evil.benn", "solid.png", "--json");
  // eslint-disable-next-line no-control-regex -- that is what is looked for
  expect(json.stdout).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]/);
  expect(lines(json.stdout)[0]?.label).toBe(evil);
});

test("a model comes from a server too", async () => {
  const file = model(["red", "green", "blue"]);
  const server = createServer((_request, response) => response.end(file));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { code, stdout } = await predict(`http://127.0.0.1:${(server.address() as AddressInfo).port}/model.benn`, "solid.png");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^solid\.png/m);
});
