import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { softwareGpu } from "../../test/software-gpu.ts";
import { encodeModel } from "../export/encode-model.ts";
import { TRUST } from "../graph.ts";
import { load } from "../load.ts";
import { loadOnGpu } from "../webgpu/index.ts";
import { PackedError } from "../packed-error.ts";
import { classOrder, probabilitiesOf, tailsOf } from "./class-order.ts";
import { openTrust } from "./index.ts";
import { readTrust, tailOf, type TrustData } from "./read-trust.ts";

const labels = ["red", "green", "blue", "grey"];
const data: TrustData = {
  version: 1,
  temperature: 2,
  temperatureRows: 50,
  coverageRows: 9,
  step: 1,
  tails: [1, 1, 1, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1],
  lead: 3,
  reused: [],
};
const bytesOf = (json: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(json));

/** Three members whose logits add up to a multiple of the image's four values. */
function file(
  trust: unknown,
  { voter = "soft", alphas = [1, 1, 1] }: { voter?: "soft" | "hard"; alphas?: readonly number[] } = {},
): Uint8Array {
  const kernel = Float32Array.from({ length: 16 }, (_, i) => (Math.floor(i / 4) === i % 4 ? 1 : 0));
  const node = { op: "conv", in: [1], kernel: "kernel", block: 256, strides: [1, 1], pad: [0, 0, 0, 0] } as const;
  const members = alphas.map((alpha) => ({ architecture: "flat", alpha, nodes: [{ op: "flatten", in: [0] } as const, node] }));
  const json = bytesOf(trust);
  return encodeModel(
    { shape: [1, 1, 4], labels, voter, preprocessing: "none" },
    members,
    new Map([
      ["kernel", { dtype: "F32", shape: [1, 1, 4, 4], data: kernel }],
      ...(trust === undefined ? [] : [[TRUST, { dtype: "U8", shape: [json.length], data: json }] as const]),
    ]),
  );
}

async function open(trust: unknown = data, options: Parameters<typeof file>[1] = {}) {
  const model = await load(file(trust, options));
  const opened = openTrust(model);
  if (!opened) throw new Error("no trust");
  return { model, trust: opened };
}

test("calibrated probabilities of three classes, and the share of members that vote for the first", async () => {
  const { model, trust } = await open();
  const judged = trust.judge(model.predict(Float32Array.of(1, 2, 0, -1)));
  const powers = [3, 6, 0, -3].map((score) => Math.exp(score / 2));
  const sum = powers.reduce((a, b) => a + b, 0);
  expect([...(judged.probabilities ?? [])]).toEqual(powers.map((power) => expect.closeTo(power / sum, 12)));
  expect(judged.likeliest?.map(({ label }) => label)).toEqual(["green", "red", "blue"]);
  expect(judged.likeliest?.[0]).toEqual({ class: 1, label: "green", probability: judged.probabilities?.[1] });
  expect(judged).toMatchObject({ class: 1, label: "green", agreement: 1, ran: 3 });
  expect(judged.set).toBeUndefined();
});

test("the set has every class whose tail is as large as that of the right class was in so many held-out rows", async () => {
  const { model, trust } = await open();
  const prediction = model.predict(Float32Array.of(1, 1.2, 0, -1));
  const { probabilities = new Float64Array(4) } = trust.judge(prediction);
  const [, green = 0, ...rest] = [...probabilities];
  const tails = [1, 1 - green, rest.reduce((a, b) => a + b, 0), rest.at(-1)!]; // green, red, blue, grey
  for (const coverage of [0.05, 0.3, 0.31, 0.5, 0.6, 0.7, 0.85, 0.9]) {
    const needed = data.tails[Math.ceil(10 * coverage) - 1]!;
    const names = ["green", "red", "blue", "grey"].filter((_, rank) => tails[rank]! >= needed);
    expect(
      trust.judge(prediction, { coverage }).set?.map(({ label }) => label),
      String(coverage),
    ).toEqual(names);
  }
  expect(trust.judge(prediction, { coverage: 0.01 }).set).toHaveLength(1);
  expect(trust.judge(prediction, { coverage: 0.91 }).set).toHaveLength(4); // more than nine rows can support
});

test("of tails that are kept at every so many-th rank, the next one counts, which is never larger", () => {
  const thinned: TrustData = { ...data, coverageRows: 8, step: 3, tails: [1, 0.5, 0.1] }; // of ranks 3, 6 and 8
  const tails = [0.1, 0.33, 0.34, 0.6, 0.67, 0.8, 0.88].map((coverage) => tailOf(thinned, coverage));
  expect(tails).toEqual([1, 1, 0.5, 0.5, 0.1, 0.1, 0.1]);
  expect(tailOf(thinned, 0.9)).toBe(0);
});

test("ranks, tails and probabilities hold for any scores", () => {
  const scores = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(scores, fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (values, temperature) => {
      const own = Float64Array.from(values);
      const order = classOrder(own);
      const probabilities = probabilitiesOf(own, temperature);
      const tails = tailsOf(probabilities, order);
      expect([...order].toSorted((a, b) => a - b)).toEqual([...own.keys()]);
      for (const [rank, k] of order.entries()) {
        const before = order[rank - 1];
        if (before === undefined) continue;
        expect(own[before]! > own[k]! || (own[before] === own[k] && before < k)).toBe(true);
        expect(tails[rank]).toBeLessThanOrEqual(tails[rank - 1]!);
        expect(tails[rank]).toBeCloseTo(1 - order.slice(0, rank).reduce((sum, i) => sum + probabilities[i]!, 0), 9);
      }
      expect(probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
      expect(tails[0]).toBe(1);
    }),
  );
});

test("a coverage of another vote, of mirror images, of some members or beyond its bounds is refused; the rest is still said", async () => {
  const { model, trust } = await open({ ...data, lead: 1e-3 });
  const image = Float32Array.of(1, 2, 0, -1);
  const others = [model.predict(image, { voter: "hard" }), model.predict(image, { mirror: true }), trust.predictAnytime(image)];
  for (const other of others) {
    const judged = trust.judge(other);
    expect([judged.probabilities, judged.likeliest, judged.agreement]).toEqual([undefined, undefined, 1]);
    expect(() => trust.judge(other, { coverage: 0.9 })).toThrow(/^trust: a coverage holds for the soft vote of all members/);
  }
  for (const coverage of [0, 1, -1, 95, Number.NaN]) expect(() => trust.judge(model.predict(image), { coverage })).toThrow(PackedError);
});

test("a soft vote stops at the lead of the file, counted in what the members left could still move", async () => {
  const image = Float32Array.of(1, 2, 0, -1); // each member leads by 1
  // After one of three members the lead is 1 / √2, after two 1 / √½.
  for (const [lead, ran] of [
    [0.7, 1],
    [0.71, 2],
    [1.41, 2],
    [1.42, 3],
  ] as const) {
    const { model, trust } = await open({ ...data, lead });
    const answer = trust.predictAnytime(image);
    expect(answer, String(lead)).toMatchObject({ ran, members: 3, class: 1, label: "green", voter: "soft" });
    expect([...answer.scores]).toEqual([1, 2, 0, -1].map((value) => value * ran));
    expect(answer.probabilities === undefined).toBe(ran < 3);
    if (ran === 3) expect(answer).toEqual(trust.judge(model.predict(image)));
  }
  const { trust } = await open({ ...data, lead: 1 }, { alphas: [4, 0.5, 0.5] }); // of 5, 4 have voted
  expect(trust.predictAnytime(image).ran).toBe(1);
});

test("without a lead, or with a hard vote, members are spared as without trust", async () => {
  const { lead: _, ...without } = data;
  const soft = await open(without);
  expect([soft.trust.hasLead, soft.trust.predictAnytime(Float32Array.of(9, 0, 0, 0)).ran]).toEqual([false, 3]);
  const hard = await open(data, { voter: "hard" });
  expect([hard.trust.hasLead, hard.trust.predictAnytime(Float32Array.of(9, 0, 0, 0)).ran]).toEqual([false, 2]);
});

test("predictions of the graphics processor are judged as those of WebAssembly, and so are those in its place", async () => {
  const { model, trust } = await open();
  const image = Float32Array.of(1, 1.2, 0, -1);
  const expected = trust.judge(model.predict(image), { coverage: 0.6 });
  for (const options of [{ gpu: await softwareGpu() }, {}]) {
    const other = await loadOnGpu(file(data), options);
    const [prediction] = await other.predict([image]);
    expect(other.engine).toBe("gpu" in options ? "webgpu" : "wasm");
    expect(openTrust(other)?.judge(prediction!, { coverage: 0.6 })).toEqual(expected);
    other.dispose();
  }
});

test("files without it are read as before, those of earlier releases too", async () => {
  const plain = await load(file(undefined));
  expect(openTrust(plain)).toBeUndefined();
  const old = await load(readFileSync(join(import.meta.dirname, "../../test/version-1.benn")));
  expect([old.trust, openTrust(old)]).toEqual([undefined, undefined]);
  const image = Float32Array.of(1, 2, 0, -1);
  expect(plain.predict(image)).toEqual((await load(file(data))).predict(image));
});

test("what is damaged is refused in a sentence, what is of a later version too", () => {
  const wrong: readonly (readonly [object, string])[] = [
    [{ version: 2 }, "is of version 2, this runtime reads 1. Use the @benn/packed that wrote it."],
    [{ version: "1" }, "has no usable version"],
    [{ temperature: 0 }, "has no usable temperature"],
    [{ temperature: "2" }, "has no usable temperature"],
    [{ temperatureRows: 0 }, "has no usable temperature"],
    [{ coverageRows: 10 }, "has no usable tails"],
    [{ coverageRows: 2.5 }, "has no usable number of rows"],
    [{ step: 0 }, "has no usable number of rows"],
    [{ step: 2 }, "has no usable tails"],
    [{ tails: 3 }, "has no usable tails"],
    [{ tails: [1, 1, 1, 1, 1, 1, 1, 0.5, 0.6] }, "has a tail that is no probability, or above the one before"],
    [{ tails: [1, 1, 1, 1, 1, 1, 1, 0.5, -0.1] }, "has a tail that is no probability"],
    [{ tails: [1.1, 1, 1, 1, 1, 1, 1, 0.5, 0] }, "has a tail that is no probability"],
    [{ lead: 0 }, "has no usable lead"],
    [{ lead: null }, "has no usable lead"],
    [{ reused: "x" }, "has no usable list of reuses"],
    [{ reused: [1] }, "has no usable list of reuses"],
    [{ more: 1 }, 'has the unknown key "more"'],
  ];
  for (const [part, sentence] of wrong) expect(() => readTrust(bytesOf({ ...data, ...part }))).toThrow(`trust: ${sentence}`);
  for (const json of [null, [], 1, "x"]) expect(() => readTrust(bytesOf(json))).toThrow("trust: is not an object");
  for (const bytes of [Uint8Array.of(), Uint8Array.of(255), Uint8Array.of(123)])
    expect(() => readTrust(bytes)).toThrow("trust: is not JSON");
  expect(readTrust(bytesOf({ ...data, tails: [1, 1, 1, 1, 1, 1, 1, 0, 0] })).tails.at(-1)).toBe(0);
});
