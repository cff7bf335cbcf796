import { expect, test } from "vitest";
import { readTensor } from "../checkpoint/read-tensor.ts";
import { sizeOf, Tensor, TorchStorage } from "../checkpoint/tensor.ts";
import { inOurLayout } from "./in-our-layout.ts";

const tensor = (shape: readonly number[], strides: readonly number[]): Tensor => {
  const total = sizeOf(shape);
  return new Tensor("x", new TorchStorage({ type: "Byte", key: "0", total, offset: 0, length: total }), 0, shape, strides);
};

test("a kernel that was a view itself is laid out by its strides", () => {
  // [units 2, inputs 12], stored transposed: element [unit, input] has index 2·input + unit.
  const laidOut = inOurLayout(tensor([2, 12], [1, 2]), "x", [2, 2, 3]);
  expect(laidOut?.shape).toEqual([12, 2]);
  // Input c·6 + y·3 + x of PyTorch is our y·6 + x·2 + c.
  const inputs = [0, 1].flatMap((y) => [0, 1, 2].flatMap((x) => [0, 1].map((c) => 6 * c + 3 * y + x)));
  expect(
    laidOut && [
      ...readTensor(
        laidOut.view,
        Uint8Array.from({ length: 24 }, (_, i) => i),
      ),
    ],
  ).toEqual(inputs.flatMap((input) => [2 * input, 2 * input + 1]));
});

test("what has no inputs, too many axes, or other inputs was not behind a flattened image", () => {
  for (const shape of [[], [1, 1, 12, 1], [12, 4]])
    expect(
      inOurLayout(
        tensor(
          shape,
          shape.map(() => 1),
        ),
        "x",
        [3, 2, 2],
      ),
    ).toBeUndefined();
});
