import * as tf from "@benn/core/tensorflow";
import { describe, expect, it, test } from "vitest";
import { randomValues } from "../test/random-values.ts";
import { useBackend } from "../test/use-backend.ts";
import * as operations from "./constants/operations.ts";
import { Formula } from "./formula.ts";
import { fuse, FUSIONS } from "./fusions.ts";

const load = () => new Formula("load", { length: 4 });
const [x, dy] = [load(), load()];
const normalized = new Formula("normalize", { inputs: [x] });
const relu = new Formula("relu", { inputs: [normalized] });
const gated = new Formula("passPositive", { inputs: [dy, normalized] });
const passed = new Formula("passUnit", { inputs: [dy, normalized] });

/** Programs by the rule that changes them: what is computed, in which order, what of it is requested, and the resulting instructions. */
const PROGRAMS: Readonly<Record<string, { order: Formula[]; results: Formula[]; codes: number[] }>> = {
  "a gate by a ReLU's input is a gate by its output": {
    order: [x, normalized, relu, dy, gated],
    results: [relu, gated],
    codes: [operations.LOAD, operations.NORMALIZE_RELU, operations.LOAD, operations.PASS_POSITIVE],
  },
  "a batch norm and its ReLU are one instruction": {
    order: [x, normalized, relu],
    results: [relu],
    codes: [operations.LOAD, operations.NORMALIZE_RELU],
  },
  "the gradient of a sign behind a batch norm is one instruction": {
    order: [dy, x, normalized, passed],
    results: [passed],
    codes: [operations.LOAD, operations.LOAD, operations.PASS_UNIT_NORMALIZED],
  },
};

describe("a program", () => {
  test.for(FUSIONS)("is shorter where $name", ({ name }) => {
    const { order, results, codes } = PROGRAMS[name]!;
    expect(fuse(order, results).map(({ code }) => code)).toEqual(codes);
  });

  it("keeps what is asked for besides, or needed twice", () => {
    const { LOAD, NORMALIZE, NORMALIZE_RELU, PASS_UNIT, RELU } = operations;
    const codesOf = (order: Formula[], results: Formula[]) => fuse(order, results).map(({ code }) => code);
    expect(codesOf([x, normalized, relu], [normalized, relu])).toEqual([LOAD, NORMALIZE, RELU]);
    expect(codesOf([x, normalized, relu, dy, passed], [relu, passed])).toEqual([LOAD, NORMALIZE, RELU, LOAD, PASS_UNIT]);
    // A ReLU that is computed after the gate cannot replace its input.
    expect(codesOf([x, normalized, dy, gated, relu], [gated, relu])).not.toContain(NORMALIZE_RELU);
  });
});

describe("fused instructions", () => {
  useBackend();
  const kernel = (name: string, inputs: Record<string, tf.Tensor>) => tf.engine().runKernel<tf.Tensor>(name, inputs);
  const SPECIAL = [0, -0, NaN, Infinity, -Infinity, 1, -1, 1e-45, -1e-45, 3e38];

  it("give the bits of the instructions that they replace, of special values too", () => {
    const [rows, channels] = [53, 7];
    const values = (purpose: string) => randomValues(rows * channels, purpose).map((value, i) => (i % 5 ? value : SPECIAL[(i / 5) % 10]!));
    const bits = (tensor: tf.Tensor) => [...new Int32Array(Float32Array.from(tensor.dataSync()).buffer)];
    const [fused, apart] = [false, true].map((stepwise) =>
      tf.tidy(() => {
        const read = <T extends tf.Tensor>(tensor: T): T => {
          if (stepwise) tensor.dataSync();
          return tensor;
        };
        const of = (scale: number) => tf.tensor1d(Array.from({ length: channels }, (_, i) => scale + i / 3));
        const x = tf.tensor4d(values("x"), [rows, 1, 1, channels]);
        const dy = tf.tensor4d(values("dy"), [rows, 1, 1, channels]);
        const y = read(tf.batchNorm(x, of(-0.5), of(2), of(0.25), of(-1), 0.001));
        const relu = read(tf.relu(y));
        const gated = read(tf.mul(dy, tf.step(y)));
        const z = read(tf.batchNorm(x, of(0.5), of(3), of(0.75), of(2), 0.001));
        const passed = read(kernel("BinarySignGrad", { x: z, dy }));
        // Each sum is one program: of a ReLU with its gate, and of a sign's gradient.
        return [relu, tf.add(relu, gated), tf.add(passed, dy)].map(bits);
      }),
    );
    expect(fused).toEqual(apart);
  });
});
