import { UserError } from "@benn/core";
import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { bytes, stateDict } from "../../test/pickle.ts";
import { readCheckpoint } from "./read-checkpoint.ts";

const data = Buffer.from("0000803f00000040", "hex");
const archive = (entries: Record<string, Uint8Array>, level: 0 | 9 = 0): Uint8Array =>
  zipSync({ "net/data.pkl": stateDict(), "net/data/0": data, ...entries }, { level });
const read = (file: Uint8Array): number[][] => {
  const { tensors, read: values } = readCheckpoint(file, "x.pth");
  return [...tensors.values()].map((tensor) => [...values(tensor)]);
};
/** The archive with some of its bytes replaced wherever they occur. */
const replaced = (file: Uint8Array, from: string, to: string): Uint8Array =>
  Buffer.from(Buffer.from(file).toString("latin1").replaceAll(from, to), "latin1");

/** The archive with a change in its directory's record of an entry. */
function changed(file: Uint8Array, name: string, change: (file: Buffer, at: number) => void): Buffer {
  const copy = Buffer.from(file);
  change(copy, copy.lastIndexOf(name) - 46);
  return copy;
}

test("the directory is found behind a comment, and by a record of 64 bits", () => {
  const file = Buffer.from(archive({}));
  const commented = Buffer.concat([file, Buffer.alloc(30, "x")]);
  commented.writeUInt16LE(30, file.length - 2);
  expect(read(commented)).toEqual([[1, 2]]);
  // APPNOTE.TXT 4.3.14 to 4.3.16: the record, its position, and the old record, which then says that its offset did not fit.
  const [end, record, locator] = [Buffer.from(file.subarray(-22)), Buffer.alloc(56), Buffer.alloc(20)];
  record.writeUInt32LE(0x06064b50);
  record.writeBigUInt64LE(44n, 4);
  for (const at of [24, 32]) record.writeBigUInt64LE(BigInt(end.readUInt16LE(10)), at);
  record.writeBigUInt64LE(BigInt(end.readUInt32LE(12)), 40);
  record.writeBigUInt64LE(BigInt(end.readUInt32LE(16)), 48);
  locator.writeUInt32LE(0x07064b50);
  locator.writeBigUInt64LE(BigInt(file.length - 22), 8);
  locator.writeUInt32LE(1, 16);
  end.writeUInt32LE(0xffffffff, 16);
  expect(read(Buffer.concat([file.subarray(0, -22), record, locator, end]))).toEqual([[1, 2]]);
});

test("only the pickle at its place counts", () => {
  expect(read(archive({ "net/sub/data.pkl": data, "net/data.pkl.bak": data, "data.pkl": data }))).toEqual([[1, 2]]);
});

test("an archive is read as torch.save writes it, and if somebody has packed it again", () => {
  expect(
    read(archive({ "net/version": bytes("3\n"), "net/byteorder": bytes("little"), "net/.data/serialization_id": bytes("1") })),
  ).toEqual([[1, 2]]);
  expect(read(archive({}, 9))).toEqual([[1, 2]]);
});

describe("refused", () => {
  const refused: readonly (readonly [string, () => Uint8Array, RegExp])[] = [
    ["a bomb of zeros", () => archive({ "net/data/1": new Uint8Array(10_000_000) }, 9), /would unpack to more than 4 times its size/],
    ["a path out of the archive", () => archive({ "../evil": data }), /holds an entry named "\.\.\/evil"/],
    ["a path out of the archive, further in", () => archive({ "net/data/../../../evil": data }), /holds an entry named/],
    ["an absolute path", () => archive({ "/etc/passwd": data }), /holds an entry named "\/etc\/passwd"/],
    ["a path of Windows", () => archive({ "net\\data\\0": data }), /holds an entry named/],
    ["a name that would move the cursor", () => archive({ "net/\u001B[2J": data }), /holds an entry named "net\/\\u001b\[2J"/],
    ["one name twice", () => replaced(archive({ "net/data/1": data }), "net/data/1", "net/data/0"), /holds "net\/data\/0" twice/],
    ["a path by way of the same folder", () => archive({ "net/./x": data }), /holds an entry named "net\/\.\/x"/],
    [
      "a size that two records tell otherwise",
      () => changed(archive({}), "net/data/0", (file, at) => file.writeUInt32LE(9, at + 24)),
      /^x\.pth: is a zip archive that tells two sizes of "net\/data\/0"\. No checkpoint is like that\.$/,
    ],
    [
      "a storage behind the end of the file, its checksum that of nothing",
      () => {
        const file = changed(archive({}), "net/data/0", (whole, at) => whole.writeUInt32LE(0, at + 16));
        file.writeUInt16LE(0xffff, file.indexOf("net/data/0") - 2);
        return file;
      },
      /^x\.pth: has 0 of the 8 bytes of "net\/data\/0"\. It is cut short/,
    ],
    ["two pickles", () => archive({ "other/data.pkl": stateDict() }), /with more than one data\.pkl, not a checkpoint/],
    ["no pickle", () => zipSync({ "photo.jpg": data }), /with no data\.pkl, not a checkpoint/],
    ["arrays of NumPy", () => zipSync({ "weights.npy": data }), /^x\.pth: is an archive of NumPy arrays \(\.npz\)\. Give a checkpoint/],
    ["TorchScript", () => zipSync({ "net/constants.pkl": data, "net/code/net.py": data }), /is a zip archive of TorchScript code/],
    ["a big-endian one", () => archive({ "net/byteorder": bytes("big") }), /was written on a big-endian machine/],
    ["a storage that is too short", () => archive({ "net/data/0": data.subarray(4) }), /storage "0" has 4 bytes where its tensors need 8/],
    [
      "a storage that is not there",
      () => zipSync({ "net/data.pkl": stateDict() }, { level: 0 }),
      /storage "0" has no bytes where its tensors need 8/,
    ],
    [
      "a method that nobody uses",
      () => replaced(archive({}, 9), "\x14\0\0\0\x08\0", "\x14\0\0\0\x0e\0"),
      /packs "net\/data\.pkl" by method 14/,
    ],
    ["an archive without its end", () => archive({}).subarray(0, 200), /cannot be read as a zip archive/],
  ];
  test.for(refused)("%s", ([, file, says]) => {
    expect(() => read(file())).toThrow(says);
    expect(() => read(file())).toThrow(UserError);
  });
});

test("a bomb that claims a small size is unpacked to that size and no more, and then refused for its checksum", () => {
  const file = Buffer.from(archive({ "net/data/0": new Uint8Array(100_000) }, 9));
  for (let at = file.indexOf("a0860100", "hex"); at >= 0; at = file.indexOf("a0860100", at, "hex")) file.writeUInt32LE(8, at);
  expect(() => read(file)).toThrow(/"net\/data\/0" has another checksum \(CRC-32\) than the archive says\. It is damaged/);
});

test.for([0, 9] as const)("every changed bit of what is read is found by its checksum, in an archive of level %i", (level) => {
  const whole = archive({ "net/data/0": data }, level);
  const start = Buffer.from(whole).indexOf("net/data/0") + "net/data/0".length;
  const length = level === 0 ? data.length : 8;
  for (let bit = 0; bit < 8 * length; bit++) {
    const file = Uint8Array.from(whole);
    file[start + (bit >> 3)]! ^= 1 << (bit & 7);
    expect(() => read(file), `bit ${bit}`).toThrow(UserError);
  }
  expect(read(whole)).toEqual([[1, 2]]);
});

test("a pickle in an archive is refused by the same rules", () => {
  expect(() => read(archive({ "net/data.pkl": bytes("\x80\x02cos\nsystem\n(X\x04\0\0\0truetR.") }))).toThrow(
    /^x\.pth, net\/data\.pkl: its pickle names "os\.system"/,
  );
});
