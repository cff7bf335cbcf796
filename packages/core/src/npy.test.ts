import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { type NpyArray, parseNpy as parse, type NpyExpected } from "./npy.ts";

const CAST = "Cast them before numpy.save: .astype('float32').";
const parseNpy = (file: Uint8Array, name: string, expected: Partial<NpyExpected> = {}): NpyArray =>
  parse(file, `"${name}"`, { cast: CAST, ...expected });

const fixture = (name: string) => readFile(new URL(`../fixtures/npy/${name}.npy`, import.meta.url));

test.for(["version-1", "version-2", "version-3", "uint8", "int32", "int64", "float64"])("reads what NumPy wrote: %s", async (name) => {
  const { shape, values } = parseNpy(await fixture(name), name);
  expect(shape).toEqual([2, 3]);
  expect(Array.from(values, Number)).toEqual([0, 1, 2, 250, 251, 252]);
  const kinds: Readonly<Record<string, unknown>> = { uint8: Uint8Array, int32: Int32Array, int64: BigInt64Array, float64: Float64Array };
  expect(values.constructor).toBe(kinds[name] ?? Float32Array);
});

test("a file at an odd place in memory is read too", async () => {
  const file = await fixture("version-1");
  const moved = new Uint8Array(file.length + 3);
  moved.set(file, 3);
  expect([...parseNpy(moved.subarray(3), "moved").values]).toEqual([0, 1, 2, 250, 251, 252]);
});

test("a shape written by Python 2 is read", async () => {
  const file = await fixture("version-1");
  const header = file.toString("latin1").replace("(2, 3), }  ", "(2L, 3L), }");
  expect(header).toContain("2L");
  expect(parseNpy(Buffer.from(header, "latin1"), "old").shape).toEqual([2, 3]);
});

test.for([
  ["big-endian-f4", /values of type >f4, but only \|u1, <f4, <f8, <i4, <i8 are read\./],
  ["float16", /values of type <f2.*\.astype\('float32'\)/],
  ["fortran-order", /is in Fortran order\. Pass it through numpy\.ascontiguousarray\./],
  ["objects", /holds Python objects, which are pickled and never unpickled here\./],
] as const)("refuses %s", async ([name, says]) => {
  const file = await fixture(name);
  expect(() => parseNpy(file, name)).toThrow(says);
});

test("types that the caller cannot use are refused with the cast that helps", async () => {
  const file = await fixture("int32");
  expect(() => parseNpy(file, "int32", { types: ["<f4", "<f8"] })).toThrow(`has values of type <i4, but only <f4, <f8 are read. ${CAST}`);
  expect(parseNpy(file, "int32", { types: ["<i4"] }).type).toBe("<i4");
});

test("refuses what is no array, or is cut anywhere, or has bytes too many", async () => {
  const file = await fixture("version-1");
  for (let end = 0; end < file.length; end++) expect(() => parseNpy(file.subarray(0, end), "cut"), `${end} bytes`).toThrow(/"cut"/);
  expect(() => parseNpy(Buffer.concat([file, Buffer.alloc(1)]), "long")).toThrow(
    /should hold 24 bytes of values for its shape \[2, 3\], and holds 25\./,
  );
  expect(() => parseNpy(Buffer.alloc(100), "zeros")).toThrow(/"zeros" is not a \.npy file\./);
  const newer = Buffer.from(file);
  newer[6] = 4;
  expect(() => parseNpy(newer, "newer")).toThrow(/is of \.npy version 4, but only 1 to 3 are known\./);
  const huge = Buffer.concat([await fixture("version-2"), Buffer.alloc(2 ** 17)]);
  huge.writeUInt32LE(2 ** 16 + 1, 8);
  expect(() => parseNpy(huge, "huge")).toThrow(/is cut short within its header\./);
  expect(() => parseNpy(Buffer.from("<html>a login"), "page")).toThrow(/"page" is a page of the web\. Fetch the file itself/);
  const garbled = Buffer.from(file);
  garbled.fill(0x20, 10, 80);
  expect(() => parseNpy(garbled, "garbled")).toThrow(/has a header that cannot be read\./);
});

test("a type of odd characters is told on one line", async () => {
  const header = (await fixture("version-1")).toString("latin1").replace("'<f4'", "'\u001B\n'");
  expect(() => parseNpy(Buffer.from(header, "latin1"), "odd", { cast: "" })).toThrow(/values of type \\u001b\\u000a, but only/);
});
