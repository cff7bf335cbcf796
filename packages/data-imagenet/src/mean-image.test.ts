import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@benn/core";
import { expect, test } from "vitest";
import { newFolder } from "../test/sets.ts";
import { readMean } from "./mean-image.ts";

function written(name: string, bytes: Uint8Array): string {
  const path = join(newFolder(), name);
  writeFileSync(path, bytes);
  return path;
}

/** A .npy file as NumPy writes it. */
function npy(values: Float32Array | Float64Array, shape: string, more: { order?: string; cut?: number } = {}): string {
  const type = values instanceof Float32Array ? "<f4" : "<f8";
  const text = `{'descr': '${type}', 'fortran_order': ${more.order ?? "False"}, 'shape': ${shape}, }`.padEnd(117) + "\n";
  const head = Buffer.concat([Buffer.from("\u0093NUMPY\u0001\u0000", "latin1"), Buffer.from([text.length, 0]), Buffer.from(text)]);
  return written("mean.npy", Buffer.concat([head, Buffer.from(values.buffer)]).subarray(0, more.cut));
}
const planes = Float64Array.from({ length: 12 }, (_, i) => i * 10);
/** [2, 2, 3] of those planes. */
const image = Float32Array.of(0, 40, 80, 10, 50, 90, 20, 60, 100, 30, 70, 110);

test("reads three numbers, arrays of both widths, and blobs of both shapes", () => {
  expect(readMean("104, 116.5,123", 9)).toEqual(Float32Array.of(104, 116.5, 123));
  expect(readMean(npy(planes, "(3, 2, 2)"), 2)).toEqual(image);
  expect(readMean(npy(Float32Array.from(planes), "(3, 2, 2)"), 2)).toEqual(image);
  expect(readMean(npy(Float32Array.of(1, 2, 3), "(3,)"), 9)).toEqual(Float32Array.of(1, 2, 3));
  const floats = new Uint8Array(Float32Array.from(planes).buffer);
  const doubles = new Uint8Array(planes.buffer);
  const single = [...planes.keys()].flatMap((i) => [0x2d, ...floats.subarray(4 * i, 4 * i + 4)]);
  for (const bytes of [
    [0x08, 1, 0x10, 3, 0x18, 2, 0x20, 2, 0x2a, 48, ...floats], // num, channels, height, width, packed data
    [0x3a, 5, 0x0a, 3, 3, 2, 2, 0x2a, 48, ...floats], // a packed shape
    [0x3a, 6, 0x08, 3, 0x08, 2, 0x08, 2, 0x42, 96, ...doubles], // a shape field by field, doubles
    [0x08, 1, 0x10, 3, 0x18, 2, 0x20, 2, ...single], // as old writers do
  ]) {
    expect(readMean(written("mean.binaryproto", Uint8Array.from(bytes)), 2)).toEqual(image);
  }
  // Sizes beyond 127 take two bytes.
  const large = new Uint8Array(3 * 200 * 200 * 4);
  const blob = [0x3a, 7, 0x0a, 5, 3, 0xc8, 1, 0xc8, 1, 0x2a, 0x80, 0xa6, 0x1d];
  expect(readMean(written("mean.binaryproto", Buffer.concat([Uint8Array.from(blob), large])), 200)).toHaveLength(120_000);
});

test.for([
  ["numbers out of range", (): string => "1,2,300", "neither three numbers from 0 to 255 nor a file"],
  ["a blob cut short", () => written("a.binaryproto", Uint8Array.of(0x2a, 48, 0, 0)), "cannot be read: it is not a sound protobuf message"],
  [
    "a blob of other sizes",
    () => written("a.binaryproto", Uint8Array.of(0x18, 2, 0x20, 2, 0x2a, 4, 0, 0, 0, 0)),
    "has 1 values, not 3×2×2",
  ],
  ["values that are not finite", () => npy(new Float32Array(12).fill(Number.NaN), "(3, 2, 2)"), "finite ones"],
  ["another size", () => npy(planes, "(3, 1, 4)"), "is 4×1, but pictures are cut from 2×2"],
  ["another file", () => written("a.npy", Buffer.from("no array at all")), "is not a .npy file"],
  ["Fortran's order", () => npy(planes, "(3, 2, 2)", { order: "True" }), "is in Fortran order. Pass it through numpy.ascontiguousarray."],
  ["another shape", () => npy(planes, "(12,)"), "has the shape [12]"],
  ["an array cut short", () => npy(planes, "(3, 2, 2)", { cut: 150 }), "bytes of values"],
] as const)("refuses %s", ([, path, message]) => {
  const mean = path();
  expect(() => readMean(mean, 2)).toThrow(UserError);
  expect(() => readMean(mean, 2)).toThrow(message);
});
