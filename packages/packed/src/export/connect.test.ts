import { UserError } from "@benn/core";
import { describe, expect, test } from "vitest";
import { connect, zeroPad } from "./connect.ts";
import type { Operation, UnconnectedOperation, ZeroPad } from "./operation.ts";

const shape = [4, 4, 2] as const;
const sliding = { size: [3, 3], strides: [1, 1], pad: [0, 1, 2, 0] } as const;
const apply = (): never => {
  throw new Error("is not evaluated");
};
const image: Operation = { layer: "image", inputs: [], shape, kind: "image" };
const after = (layer: string, ...inputs: (Operation | ZeroPad)[]): UnconnectedOperation => ({ layer, inputs, shape });
const relu = connect({ ...after("relu", image), kind: "relu", apply });
const sign = connect({ ...after("sign", image), kind: "sign", apply });
const conv = (input: Operation | ZeroPad, hasRelu = false) =>
  connect({ ...after("conv", input), kind: "conv", ...sliding, kernel: new Float32Array(0), block: 1, relu: hasRelu });
const bitConv = (input: Operation | ZeroPad, hasRelu = false) =>
  connect({ ...after("bits", input), kind: "binaryConv", ...sliding, bits: new Uint8Array(0), scale: new Float32Array(0), relu: hasRelu });
const pool = (kind: "maxPool" | "averagePool", input: Operation | ZeroPad, own: Partial<typeof sliding> & { inside?: boolean } = {}) =>
  connect({ ...after("pool", input), kind, ...sliding, pad: [0, 0, 0, 0] as never, inside: false, ...own });
const plain = (kind: "add" | "mean" | "flatten", ...inputs: (Operation | ZeroPad)[]) => connect({ ...after(kind, ...inputs), kind });
const padChannels = (input: Operation | ZeroPad) => connect({ ...after("channels", input), kind: "padChannels", before: 1 });
const affine = (input: Operation | ZeroPad) => connect({ ...after("norm", input), kind: "affine", apply });
const zeros = (input: Operation) => zeroPad(after("zeros", input), [1, 0, 0, 2]);

describe("zeros around a map", () => {
  test("are added to the padding of the window that comes next, side by side, and those around zeros to them", () => {
    const twice = zeroPad(after("more", zeros(image)), [0, 1, 0, 0]);
    expect(twice).toMatchObject({ kind: "zeroPad", inputs: [image], pad: [1, 1, 0, 2] });
    expect(conv(zeros(image))).toMatchObject({ inputs: [image], pad: [1, 1, 2, 2] });
    expect(pool("averagePool", zeros(image))).toMatchObject({ inputs: [image], pad: [1, 0, 0, 2], inside: false });
    const wide = { size: [9, 9], strides: [1, 1], pad: [1, 2, 3, 4] } as const;
    const around = zeroPad(after("zeros", image), [1, 1, 1, 2]);
    const padded = connect({ ...after("conv", around), kind: "conv", ...wide, kernel: new Float32Array(0), block: 1, relu: false });
    expect(padded).toMatchObject({ pad: [2, 3, 4, 6] });
    expect(padded).not.toHaveProperty("inside");
    // No padding of its own to exclude.
    expect(pool("averagePool", zeros(image), { inside: true })).toMatchObject({ pad: [1, 0, 0, 2], inside: false });
    const bits = zeroPad(after("zeros", sign), [1, 0, 0, 2]);
    expect(bitConv(bits)).toMatchObject({ inputs: [sign], pad: [1, 1, 2, 2] });
    expect(() => zeroPad(after("zeros"), [1, 1, 1, 1])).toThrow("export: layer zeros pads nothing. Give it an input.");
  });

  test.for<[string, Operation]>([
    ["ReLU", relu],
    ["a convolution's ReLU", conv(image, true)],
    ["a binary convolution's ReLU", bitConv(sign, true)],
    ["the largest of such", pool("maxPool", relu)],
    ["their average", pool("averagePool", relu)],
    ["their sum", plain("add", relu, relu)],
    ["their mean", plain("mean", relu)],
    ["them in a row", plain("flatten", relu)],
    ["them between zeros", padChannels(relu)],
  ])("never win in a max pool of what is not negative: %s", ([, input]) => {
    expect(pool("maxPool", zeros(input))).toMatchObject({ inputs: [input], pad: [1, 0, 0, 2] });
  });

  test.for<[string, Operation]>([
    ["an image", image],
    ["a convolution", conv(image)],
    ["a binary convolution", bitConv(sign)],
    ["batch norm", affine(relu)],
    ["the sum with one that may", plain("add", relu, image)],
    ["the largest of what may", pool("maxPool", image)],
    ["the average of what may", pool("averagePool", image)],
    ["the mean of what may", plain("mean", image)],
    ["them in a row", plain("flatten", image)],
    ["them between zeros", padChannels(image)],
    ["signs", sign],
  ])("are refused before a max pool of what may be below 0: %s", ([, input]) => {
    expect(() => pool("maxPool", zeros(input))).toThrow(
      /layer zeros pads with zeros before layer pool, a max pool of values that may be below 0/,
    );
  });

  test("are refused before an average that leaves padding of its own out, a sign, and what has no window", () => {
    const refused: readonly (readonly [() => unknown, string])[] = [
      [() => pool("averagePool", zeros(image), { inside: true, pad: [0, 0, 0, 1] as never }), "layer pool, an average pool that leaves"],
      [() => connect({ ...after("sign", zeros(image)), kind: "sign", apply }), "layer sign, which takes signs, and the sign of 0 is +1"],
      [() => affine(zeros(image)), "layer norm, which has no window"],
      [() => connect({ ...after("relu", zeros(image)), kind: "relu", apply }), "layer relu, which has no window"],
      [() => plain("add", image, zeros(image)), "layer add, which has no window"],
      [() => plain("mean", zeros(image)), "layer mean, which has no window"],
      [() => plain("flatten", zeros(image)), "layer flatten, which has no window"],
      [() => padChannels(zeros(image)), "layer channels, which has no window"],
    ];
    for (const [make, says] of refused) {
      expect(make).toThrow(`export: layer zeros pads with zeros before ${says}`);
      expect(make).toThrow(UserError);
    }
  });
});

test("padding is below the window on each side", () => {
  const place = after("pool", image);
  const own = (pad: readonly [number, number, number, number]) => () =>
    connect({ ...place, kind: "maxPool", size: [2, 3], strides: [1, 1], pad, inside: false });
  for (const pad of [
    [1, 1, 2, 2],
    [0, 0, 0, 0],
  ] as const)
    expect(own(pad)).not.toThrow();
  for (const pad of [
    [2, 0, 0, 0],
    [0, 2, 0, 0],
    [0, 0, 3, 0],
    [0, 0, 0, 3],
  ] as const)
    expect(own(pad)).toThrow(`export: layer pool has padding of ${pad.join(", ")} and a window of 2×3.`);
});

test("signs go to binary convolutions and max pools alone, and those take no floats", () => {
  expect(bitConv(pool("maxPool", sign))).toMatchObject({ kind: "binaryConv" });
  expect(() => bitConv(image)).toThrow("export: layer bits is a binary convolution of what layer image gives, which is not signs.");
  expect(() => bitConv(pool("maxPool", image))).toThrow("of what layer pool gives, which is not signs");
  expect(() => bitConv(pool("averagePool", image))).toThrow("of what layer pool gives, which is not signs");
  const takers = [
    () => conv(sign),
    () => plain("add", image, sign),
    () => affine(pool("maxPool", pool("maxPool", sign))),
    () => plain("flatten", sign),
    () => padChannels(sign),
    () => pool("averagePool", sign),
    () => connect({ ...after("again", sign), kind: "sign", apply }),
  ];
  for (const taker of takers) {
    expect(taker).toThrow(/^export: layer \w+ takes the signs of layer (?:sign|pool) as numbers, and a packed model keeps them as bits\./);
    expect(taker).toThrow(UserError);
  }
});
