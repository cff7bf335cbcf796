import { UserError } from "@benn/core";
import { expect, test } from "vitest";
import { ByteReader } from "./byte-reader.ts";

const of = (text: string) => new ByteReader(Buffer.from(text, "latin1"), "x");

test("a line ends at its line feed, which is behind then; it may be empty, and as long as the limit", () => {
  const reader = of("abc\n\n\xe9\n");
  expect([reader.line(3), reader.line(3), reader.line(3), reader.left]).toEqual(["abc", "", "\xe9", 0]);
  for (const text of ["abcd\n", "abc", ""]) {
    expect(() => of(text).line(3)).toThrow(UserError);
    expect(() => of(text).line(3)).toThrow("x: has no line of at most 3 bytes at byte 0, as its pickle says.");
  }
});

test("all bytes may be taken, and no more", () => {
  const reader = of("abc");
  expect([...reader.take(0), ...reader.take(3), reader.left]).toEqual([97, 98, 99, 0]);
  expect(() => reader.take(1)).toThrow("x: is cut short: 1 bytes should follow byte 3, 0 do. Copy the file again.");
});
