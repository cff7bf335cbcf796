import { UserError } from "@benn/core";
import { expect, test } from "vitest";
import { fixture, readFixture } from "../../test/fixtures.ts";
import { parseList, readNpy } from "./read-npy.ts";

const changed = (from: string, to: string): Uint8Array =>
  Buffer.from(Buffer.from(readFixture("torch", "alpha_m_mat.npy")).toString("latin1").replace(from, to), "latin1");

test("lists of floats are read, whatever axes of 1 they have", async () => {
  expect([...(await readNpy(fixture("torch", "alpha_m_mat.npy")))]).toEqual([0.5, 1.25]);
  expect([...(await readNpy(fixture("torch", "sample_weights_0.npy")))]).toEqual([0.25, 0.75, 0.5]);
  const none = changed("(1, 2)", "(0,)  ");
  expect([...parseList(none.subarray(0, none.length - 8), "x.npy")]).toEqual([]);
});

test("anything else is refused", () => {
  const refused: readonly (readonly [Uint8Array, RegExp])[] = [
    [new Uint8Array(0), /is empty/],
    [changed("NUMPY", "NUMPI"), /is not a \.npy file/],
    [changed("<f4", "|O "), /holds Python objects/],
    [changed("<f4", ">f4"), /x\.npy: has values of type >f4, but only <f4, <f8 are read\. Cast it before numpy\.save: \.astype/],
    [Buffer.concat([changed("(1, 2)", "(2, 2)"), Buffer.alloc(8)]), /is \[2, 2\], which is not a list/],
    [changed("(1, 2)", "(1, 9)"), /should hold 36 bytes of values .* and holds 8/],
    [changed("\0\0\0\u003f", "\0\0\xc0\x7f"), /holds values that are not finite/],
    [readFixture("torch", "alpha_m_mat.npy").subarray(0, 50), /is cut short within its header/],
  ];
  for (const [file, says] of refused) {
    expect(() => parseList(file, "x.npy")).toThrow(says);
    expect(() => parseList(file, "x.npy")).toThrow(UserError);
  }
});
