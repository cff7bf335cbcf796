import fc from "fast-check";
import { expect, test } from "vitest";
import { plainCrc32c, records } from "../test/read-event-file.ts";
import { crc32c } from "./crc32c.ts";
import { encodeFileVersion } from "./encode-event.ts";
import { encodeRecord } from "./encode-record.ts";

test("CRC-32C has the values of RFC 3720, and those of the definition bit by bit", () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => crc32c(bytes) === plainCrc32c(bytes)));
});

test("the first record is the one that TensorFlow wrote at the same time", () => {
  // The start of a file written by TensorFlow: length, its CRC 0x224b7fa3, the event, its CRC 0xab364b12.
  const event = Buffer.from(`090000803899d6d7411a0d${Buffer.from("brain.Event:2").toString("hex")}`, "hex");
  const wallTime = event.readDoubleLE(1);
  const written = Buffer.concat([Buffer.from("1800000000000000a37f4b22", "hex"), event, Buffer.from("124b36ab", "hex")]);
  expect(encodeRecord(encodeFileVersion(wallTime)).toString("hex")).toBe(written.toString("hex"));
});

test("records are read back, whatever their bytes", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }), (all) => {
      const read = records(Buffer.concat(all.map((data) => encodeRecord(data))));
      expect(read.map((data) => Uint8Array.from(data))).toEqual(all.map((data) => Uint8Array.from(data)));
    }),
  );
});
