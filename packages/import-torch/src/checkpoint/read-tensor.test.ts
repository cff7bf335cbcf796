import fc from "fast-check";
import { expect, test } from "vitest";
import { readTensor } from "./read-tensor.ts";
import { sizeOf, Tensor, TorchStorage } from "./tensor.ts";

const storage = (type: TorchStorage["type"], total: number, offset = 0, length = total) =>
  new TorchStorage({ type, key: "0", total, offset, length });
const sixteen = (type: "Half" | "BFloat16", bits: number): number => {
  const tensor = new Tensor("x", storage(type, 1), 0, [], []);
  return readTensor(tensor, Uint8Array.of(bits & 255, bits >> 8))[0] ?? 0;
};

test("half: zeros of both signs, the least and the largest numbers, infinities, not a number", () => {
  const bits = [0x0000, 0x8000, 0x0001, 0x03ff, 0x0400, 0x3c00, 0x3555, 0xc000, 0x7bff, 0x7c00, 0xfc00, 0x7e00];
  const numbers = [0, -0, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, 1, 0.333251953125, -2, 65504, Infinity, -Infinity, NaN];
  expect(bits.map((each) => sixteen("Half", each))).toEqual(numbers);
});

test("bfloat16 is the upper half of a float32", () => {
  expect([0x3f80, 0xc040, 0x7f80, 0x0001].map((each) => sixteen("BFloat16", each))).toEqual([1, -3, Infinity, 2 ** -133]);
});

test("elements of every type are read little-endian", () => {
  const types: readonly (readonly [TorchStorage["type"], number, (view: DataView) => void, number])[] = [
    ["Float", 4, (view) => view.setFloat32(0, 0.75, true), 0.75],
    ["Double", 8, (view) => view.setFloat64(0, -1.5, true), -1.5],
    ["Long", 8, (view) => view.setBigInt64(0, -300n, true), -300],
    ["Int", 4, (view) => view.setInt32(0, -70000, true), -70000],
    ["Short", 2, (view) => view.setInt16(0, -300, true), -300],
    ["Char", 1, (view) => view.setInt8(0, -5), -5],
    ["Byte", 1, (view) => view.setUint8(0, 200), 200],
    ["Bool", 1, (view) => view.setUint8(0, 1), 1],
  ];
  for (const [type, width, write, value] of types) {
    const bytes = new Uint8Array(2 * width); // the second of two elements
    write(new DataView(bytes.buffer, width));
    expect([...readTensor(new Tensor("x", storage(type, 2), 1, [1], [1]), bytes)], type).toEqual([value]);
  }
});

test("any view of any storage is read as its strides say", () => {
  const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
  fc.assert(
    fc.property(shapes, fc.nat(3), fc.nat(5), fc.infiniteStream(fc.nat(1000)), (shape, offset, start, order) => {
      // Axes in a random order in memory: a permuted tensor.
      const axes = shape.map((_, axis) => ({ axis, by: order.next().value })).toSorted((a, b) => a.by - b.by);
      const strides = shape.map(() => 0);
      let stride = 1;
      for (const { axis } of axes) {
        strides[axis] = stride;
        stride *= shape[axis] ?? 1;
      }
      const length = sizeOf(shape) + offset;
      const total = start + length;
      const numbers = Float32Array.from({ length: total }, (_, i) => i + 0.5);
      const tensor = new Tensor("x", storage("Float", total, start, length), offset, shape, strides);
      const expected: number[] = [];
      const visit = (axis: number, at: number): void => {
        if (axis === shape.length) expected.push(at + 0.5);
        else for (let i = 0; i < (shape[axis] ?? 0); i++) visit(axis + 1, at + i * (strides[axis] ?? 0));
      };
      visit(0, start + offset);
      expect([...readTensor(tensor, new Uint8Array(numbers.buffer))]).toEqual(expected);
    }),
    { seed: 3 },
  );
});

test("an empty tensor reaches nothing, whatever its strides", () => {
  for (const [shape, strides] of [
    [
      [5, 0],
      [1, 1],
    ],
    [
      [0, 5],
      [5, 1],
    ],
  ] as const)
    expect(readTensor(new Tensor("x", storage("Float", 0), 0, shape, strides), new Uint8Array(0))).toHaveLength(0);
});
