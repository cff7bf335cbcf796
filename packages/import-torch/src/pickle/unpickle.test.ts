import { UserError } from "@benn/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytes, call, type Part, pickle, storage, tensor, text, u4 } from "../../test/pickle.ts";
import { ByteReader } from "../byte-reader.ts";
import { storageOf } from "../checkpoint/storage-of.ts";
import { type PickleKey, PickleTuple, type PickleValue } from "./pickle-value.ts";
import { unpickle } from "./unpickle.ts";

const read = (file: Uint8Array): PickleValue => unpickle(new ByteReader(file, "x.pth"), (id) => storageOf(id, "x.pth"));
const readParts = (...parts: Part[]): PickleValue => read(pickle(...parts));

describe("values", () => {
  const same: readonly (readonly [string, Part[], PickleValue])[] = [
    ["None, True, False", ["N\x88\x89\x87"], new PickleTuple([null, true, false])],
    ["whole numbers of each width", ["(K\x07M\x01\x02J\xfe\xff\xff\xfft"], new PickleTuple([7, 513, -2])],
    ["longs", ["(\x8a\0\x8a\x01\xff\x8a\x08\0\0\0\0\0\0\0\x40\x8b\x02\0\0\0\0\x80t"], new PickleTuple([0, -1, 2n ** 62n, -32768])],
    ["the longest long", ["\x8a\x10", "\0".repeat(15), "\x01"], 2n ** 120n],
    [
      "whole numbers at the ends of what a float holds",
      ["(L9007199254740991L\nL9007199254740992L\nL-9007199254740991L\nL-9007199254740992L\nt"],
      new PickleTuple([2 ** 53 - 1, 2n ** 53n, 1 - 2 ** 53, -(2n ** 53n)]),
    ],
    ["the longest text", ["X", u4(2 ** 20), "a".repeat(2 ** 20)], "a".repeat(2 ** 20)],
    ["the longest line", ["S'", "a".repeat(4094), "'\n"], "a".repeat(4094)],
    [
      "keys of every kind",
      ["}(N", "K\x01\x88K\x02L9007199254740993L\nK\x03u"],
      new Map<PickleKey, PickleValue>([
        [null, 1],
        [true, 2],
        [9007199254740993n, 3],
      ]),
    ],
    ["a float", ["G\x40\x51\xd0\0\0\0\0\0"], 71.25],
    [
      "numbers as text, of protocol 0",
      ["(I12\nI01\nI00\nL-5L\nL9007199254740993L\nF0.5\nF-inf\nt"],
      new PickleTuple([12, true, false, -5, 9007199254740993n, 0.5, -Infinity]),
    ],
    ["byte strings of Python 2", ["(S'a\\x00\\n\\''\nU\x02\xe9bT", u4(1), "\xfft"], new PickleTuple(["a\0\n'", "\xe9b", "\xff"])],
    ["every escape of a byte string", [`S"a\\\\\\'\\"\\n\\r\\t\\x7F" \n`], "a\\'\"\n\r\t\x7f"],
    ["the last character there is", ["V\\U0010ffff\n"], "\u{10ffff}"],
    ["numbers that are none", ["(Fnan\nF-nan\nFinf\nt"], new PickleTuple([NaN, NaN, Infinity])],
    [
      "lists as deep as may be",
      ["]".repeat(64), "N", "a".repeat(64)],
      Array.from({ length: 63 }).reduce<PickleValue[]>((inner) => [inner], [null]),
    ],
    ["as many lists beside one another as there are", ["(", "]".repeat(100), "l"], Array.from({ length: 100 }, () => [])],
    ["unicode", ["(Vna\\u00efve\n", text("naïve ☃"), "t"], new PickleTuple(["naïve", "naïve ☃"])],
    ["tuples", [")K\x01\x85K\x02K\x03\x86\x87"], new PickleTuple([new PickleTuple([]), new PickleTuple([1]), new PickleTuple([2, 3])])],
    ["lists", ["(l(K\x01K\x02eK\x03a"], [1, 2, 3]],
    [
      "dicts",
      ["(K\x01N", "dK\x02\x88s(U\x01aK\x05u"],
      new Map<PickleKey, PickleValue>([
        [1, null],
        [2, true],
        ["a", 5],
      ]),
    ],
    ["what the memo holds", ["(U\x01aq\x00h\x00r", u4(70000), "j", u4(70000), "p12\ng12\nt"], new PickleTuple(["a", "a", "a", "a"])],
    ["torch.Size", [call("torch", "Size", "K\x02K\x03\x86")], new PickleTuple([2, 3])],
    ["bytes as Python 3 writes them", [call("_codecs", "encode", text("\u00e9a"), text("latin1"))], Buffer.from([0xe9, 0x61])],
    [
      "an ordered dict of Python 2",
      [call("collections", "OrderedDict", "](](U\x01aK\x01e](U\x01bK\x02ee")],
      new Map([
        ["a", 1],
        ["b", 2],
      ]),
    ],
    [
      "an ordered dict of Python 3, whose attributes are dropped",
      [call("collections", "OrderedDict"), "(U\x01aK\x01u}(U\x09_metadataNub"],
      new Map([["a", 1]]),
    ],
  ];
  test.for(same)("%s", ([, parts, value]) => {
    expect(readParts(...parts)).toEqual(value);
  });

  test("numbers of NumPy, in either byte order", () => {
    const scalar = (code: string, order: string, data: string) =>
      call(
        "numpy.core.multiarray",
        "scalar",
        call("numpy", "dtype", ["U\x02", code], "K\0K\x01"),
        ["(K\x03U\x01", order, "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb"],
        ["U", String.fromCharCode(data.length), data],
      );
    expect(readParts(scalar("f8", "<", "\0\0\0\0\0\xd0\x51\x40"))).toBe(71.25);
    expect(readParts(scalar("f8", ">", "\x40\x51\xd0\0\0\0\0\0"))).toBe(71.25);
    expect(readParts(scalar("i8", "<", "\xff\xff\xff\xff\xff\xff\xff\xff"))).toBe(-1);
    expect(readParts(scalar("b1", "|", "\x01"))).toBe(true);
    expect(readParts(scalar("i2", ">", "\x01\x02"))).toBe(258);
    expect(readParts(scalar("i2", "=", "\x01\x02"))).toBe(513);
    expect(readParts(scalar("b1", "|", "\0"))).toBe(false);
    // Without a byte order, the machine's is assumed, usually little-endian.
    expect(readParts(call("numpy.core.multiarray", "scalar", call("numpy", "dtype", "U\x02i2"), "U\x02\x01\x02"))).toBe(513);
    const numbers = { i1: -2, u1: 254, u2: 65534, i4: -70000, u4: 4294967294, u8: 2 ** 40, f4: 0.375 };
    for (const [code, value] of Object.entries(numbers)) {
      const view = new DataView(new ArrayBuffer(Number(code[1])));
      if (code === "f4") view.setFloat32(0, value);
      else if (code === "u8") view.setBigUint64(0, BigInt(value));
      else if (code.endsWith("1")) view.setInt8(0, value);
      else if (code.endsWith("2")) view.setInt16(0, value);
      else view.setInt32(0, value);
      expect(readParts(scalar(code, ">", Buffer.from(view.buffer).toString("latin1"))), code).toBe(value);
    }
  });

  test("storages on a GPU and their views", () => {
    const id = (...view: Part[]) => bytes("(U\x07storagectorch.cuda\nHalfStorage\nU\x01kU\x06cuda:3K\x0a", ...view, "tQ");
    expect(readParts(id())).toEqual({ type: "Half", key: "k", total: 10, offset: 0, length: 10 });
    expect(readParts(id("N"))).toEqual({ type: "Half", key: "k", total: 10, offset: 0, length: 10 });
    expect(readParts(id("U\x01vK\x02K\x05\x87"))).toEqual({ type: "Half", key: "k", total: 10, offset: 2, length: 5 });
    expect(readParts(id("U\x01vK\x05K\x05\x87"))).toMatchObject({ offset: 5, length: 5 }); // to the end
    const odd = ["U\x01vK\x06K\x05\x87", "U\x01vK\x02\x86", "(U\x01vK\x02K\x05Nt", "K\x01", "NN", "K\x01K\x02K\x05\x87"];
    for (const view of odd) expect(() => readParts(id(view))).toThrow(/refers to a storage in a form that no state dict has/);
    const other = (kind: string, location: string) => bytes("(U", kind, "ctorch\nFloatStorage\nU\x01k", location, "K\x0atQ");
    expect(readParts(other("\x07storage", "U\x03cpu"))).toMatchObject({ type: "Float", total: 10 });
    for (const [kind, location] of [
      ["\x07storage", "N"],
      ["\x07sturage", "U\x03cpu"],
    ] as const)
      expect(() => readParts(other(kind, location))).toThrow(/refers to a storage in a form/);
  });

  test("several pickles in one file are read one after another", () => {
    const reader = new ByteReader(bytes(pickle("K\x01"), pickle("K\x02")), "x.pth");
    expect([unpickle(reader), unpickle(reader), reader.left]).toEqual([1, 2, 0]);
  });
});

/** All opcodes of Python's pickletools that state dicts do not need. */
const unknown =
  "POP 30, POP_MARK 31, DUP 32, BINBYTES 42, SHORT_BINBYTES 43, PERSID 50, INST 69, OBJ 6f, NEWOBJ 81, EXT1 82, EXT2 83, EXT4 84, " +
  "SHORT_BINUNICODE 8c, BINUNICODE8 8d, BINBYTES8 8e, EMPTY_SET 8f, ADDITEMS 90, FROZENSET 91, NEWOBJ_EX 92, STACK_GLOBAL 93, MEMOIZE 94, " +
  "FRAME 95, BYTEARRAY8 96, NEXT_BUFFER 97, READONLY_BUFFER 98";
test.for(unknown.split(", ").map((opcode) => opcode.split(" ")))("the opcode %s is refused by its name", ([name, byte = ""]) => {
  const file = pickle("N", Buffer.from(byte, "hex"));
  expect(() => read(file)).toThrow(`x.pth: its pickle uses the opcode ${name}, which no state dict needs (at byte `);
});

test("of storage types only those are known that a checkpoint may have, by their whole name", () => {
  for (const name of ["torch.FloatStorage", "torch.cuda.BFloat16Storage"])
    expect(readParts(`c${name.replace(/\.(\w+)$/, "\n$1")}\n`)).toEqual({ name });
  for (const name of ["torch.FloatStorages", "mytorch.FloatStorage", "torch.cudaFloatStorage", "torch.Storage", "torch.UntypedStorage"])
    expect(() => readParts(`c${name.replace(/\.(\w+)$/, "\n$1")}\n`), name).toThrow(`names "${name}"`);
});

test("a parameter is its tensor", () => {
  const data = tensor("0", 2);
  expect(readParts(call("torch._utils", "_rebuild_parameter", data, "\x88", call("collections", "OrderedDict")))).toEqual(readParts(data));
});

test("lists may lie 64 deep", () => {
  expect(() => readParts("]".repeat(65), "a".repeat(64))).toThrow(/its pickle is nested more than 64 deep/);
});

test("a pickle that may have no storages refers to none", () => {
  expect(() => unpickle(new ByteReader(pickle("NQ"), "x.pth"))).toThrow(UserError);
  expect(() => unpickle(new ByteReader(pickle("NQ"), "x.pth"))).toThrow(/refers to a storage where none can be, which no state dict needs/);
});

describe("damage", () => {
  const damaged: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ["nothing", bytes(), /^x\.pth: is cut short: 1 bytes should follow byte 0, 0 do\./],
    ["an end in the middle", bytes("\x80\x02J\0\0"), /is cut short: 4 bytes should follow byte 3, 2 do\. Copy the file again\.$/],
    ["a string longer than the file", pickle("U\xff"), /is cut short: 255 bytes/],
    ["a line without an end", bytes("\x80\x02I12"), /has no line of at most 4096 bytes at byte 3/],
    ["an empty stack", pickle(""), /takes from an empty stack \(at byte 3\)\. The file is damaged; copy it again\.$/],
    ["a call of nothing", pickle("R"), /takes from an empty stack/],
    ["a stack that is not empty at the end", pickle("NN"), /leaves more than one value/],
    ["a mark that is not closed", pickle("(N"), /leaves more than one value/],
    ["a mark that is missing", pickle("t"), /misses a mark/],
    ["a memo that is empty", pickle("h\x05"), /asks for memo 5, where nothing is/],
    ["a key without a value", pickle("}(Nu"), /sets a key without a value/],
    ["a bad float at its end", pickle("Fbanan\n"), /has a bad number/],
    ["no float", pickle("F\n"), /has a bad number/],
    ["a string that begins late", pickle("Sx'a'\n"), /has a bad string/],
    ["a string that ends early", pickle("S'a'x\n"), /has a bad string/],
    ["a string of an unknown escape", pickle("S'\\qa'\n"), /has a bad string/],
    ["a string of an unknown escape at its end", pickle("S'a\\q'\n"), /has a bad string/],
    ["a string of half an escape", pickle("S'\\x4g'\n"), /has a bad string/],
    ["an append to nothing", pickle("Na"), /looks at an empty stack/],
    ["a memo that is no number to its end", pickle("Np12x\n"), /has "12x" for a place in its memo/],
    ["a bad number", pickle("Ix\n"), /has a bad number/],
    ["a bad float", pickle("Fx\n"), /has a bad number/],
    ["a bad string", pickle("S'a\n"), /has a bad string/],
    ["a character that does not exist", pickle("V\\Uffffffff\n"), /has a bad string/],
    ["a bad memo", pickle("Np-1\n"), /has "-1" for a place in its memo/],
  ];
  test.for(damaged)("%s is told by its place", ([, file, message]) => {
    expect(() => read(file)).toThrow(message);
    expect(() => read(file)).toThrow(UserError);
  });

  test("whatever is changed or cut, a UserError is the worst that happens, and soon", () => {
    const good = pickle(
      "}(",
      text("state_dict"),
      call("collections", "OrderedDict"),
      "q\x01(",
      text("weight"),
      call(
        "torch._utils",
        "_rebuild_tensor_v2",
        storage("0", 6),
        "K\0",
        "K\x02K\x03\x86K\x03K\x01\x86\x89",
        call("collections", "OrderedDict"),
      ),
      "uU\x04bestG\x40\x51\xd0\0\0\0\0\0U\x01l](K\x01K\x02eu",
    );
    expect(read(good)).toBeInstanceOf(Map);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(good.length),
        (changes, length) => {
          const file = Uint8Array.from(good);
          for (const [at, byte] of changes) file[at] = byte;
          for (const each of [file, file.subarray(0, length)]) {
            try {
              read(each);
            } catch (error) {
              if (!(error instanceof UserError)) throw error;
            }
          }
        },
      ),
      { numRuns: 1500, seed: 1 },
    );
  });
});
