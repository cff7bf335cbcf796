import { UserError } from "@benn/core";
import { describe, expect, test } from "vitest";
import { bytes, call, legacy, type Part, oneStorage, pickle, stateDict, storage, tensor, text, u4 } from "../../test/pickle.ts";
import { readCheckpoint } from "../checkpoint/read-checkpoint.ts";

/** A valid checkpoint except for what is next to its state dict. */
const withBeside = (...beside: Part[]): Uint8Array => legacy(stateDict(...beside), ["0"], oneStorage);
const read = (file: Uint8Array) => readCheckpoint(file, "x.pth.tar");

test("the checkpoint they are put into is a good one", () => {
  const { tensors, read: values } = read(withBeside());
  expect([...tensors].map(([name, each]) => [name, [...values(each)]])).toEqual([["weight", [1, 2]]]);
});

/** A tensor [2] over a storage, unless specified otherwise. */
const rebuilt = (over: Part, offset: Part = "K\0", size: Part = "K\x02\x85", strides: Part = "K\x01\x85"): Part =>
  call("torch._utils", "_rebuild_tensor", over, offset, size, strides);
const scalar = (type: Part, data: Part): Part => call("numpy.core.multiarray", "scalar", type, data);

const refused: readonly (readonly [what: string, part: Part, says: RegExp])[] = [
  ["os.system", call("os", "system", text("touch /tmp/owned")), /names "os\.system", which no state dict needs/],
  ["posix.system", call("posix", "system", text("true")), /names "posix\.system"/],
  ["subprocess.Popen", call("subprocess", "Popen", "]"), /names "subprocess\.Popen"/],
  ["builtins.eval", call("builtins", "eval", text("1")), /names "builtins\.eval"/],
  ["eval of Python 2", call("__builtin__", "eval", text("1")), /names "__builtin__\.eval"/],
  ["exec", call("builtins", "exec", text("1")), /names "builtins\.exec"/],
  ["a getattr chain", call("builtins", "getattr", call("builtins", "__import__", text("os")), text("system")), /names "builtins\.getattr"/],
  ["operator.attrgetter", call("operator", "attrgetter", text("system")), /names "operator\.attrgetter"/],
  ["functools.partial", call("functools", "partial"), /names "functools\.partial"/],
  ["importlib", call("importlib", "import_module", text("os")), /names "importlib\.import_module"/],
  ["a name that is only looked up", ["cos\nsystem\n"], /names "os\.system"/],
  ["a known module with a dotted name", ["ctorch\n_utils.os.system\n"], /names "torch\._utils\.os\.system"/],
  ["a name in the prototype of an object", ["c__proto__\ntoString\n"], /names "__proto__\.toString"/],
  ["the prototype of an object as a storage", ["ctorch\nconstructorStorage\n"], /names "torch\.constructorStorage"/],
  ["torch.load within", call("torch", "load", text("other.pth")), /names "torch\.load"/],
  ["a module of code", call("torch.nn.modules.linear", "Linear"), /names "torch\.nn\.modules\.linear\.Linear"/],
  ["a name that would move the cursor", ["cos\u001B[2J\nsystem\n"], /names "os\\u001b\[2J\.system"/],
  ["STACK_GLOBAL", [text("os"), text("system"), "\x93"], /uses the opcode STACK_GLOBAL, which no state dict needs \(at byte \d+\)/],
  ["INST", ["(ios\nsystem\n"], /uses the opcode INST/],
  ["OBJ", ["(ccollections\nOrderedDict\no"], /uses the opcode OBJ/],
  ["NEWOBJ", ["ccollections\nOrderedDict\n)\x81"], /uses the opcode NEWOBJ/],
  ["NEWOBJ_EX", ["ccollections\nOrderedDict\n)}\x92"], /uses the opcode NEWOBJ_EX/],
  ["an opcode that does not exist", ["\xff"], /uses the opcode 0xff/],
  ["another, of one digit", ["\x05"], /uses the opcode 0x05/],
  ["a whole number of -1 bytes", ["\x8b", u4(0xffffffff)], /has a whole number of -1 bytes/],
  ["a whole number of 17 bytes", ["\x8a\x11", "\0".repeat(17)], /has a whole number of 17 bytes/],
  ["a text of a byte too many", ["X", u4(2 ** 20 + 1), "a".repeat(2 ** 20 + 1)], /has a string of 1048577 bytes/],
  ["BUILD on a list, as on a NumPy type", ["](K\x03U\x01<tb"], /sets the state of an object/],
  ["a NumPy type of an unknown order", [call("numpy", "dtype", text("f8")), "(K\x03U\x01!tb"], /sets the state of an object/],
  ["a NumPy type of a list", call("numpy", "dtype", ["](", text("f8"), "e"]), /calls numpy\.dtype with arguments/],
  ["a NumPy number of no type", scalar("N", text("\0")), /calls numpy\.core\.multiarray\.scalar with arguments/],
  ["a NumPy number of too few bytes", scalar(call("numpy", "dtype", text("f8")), text("1234")), /multiarray\.scalar with arguments/],
  ["a NumPy number of too many", scalar(call("numpy", "dtype", text("i1")), text("12")), /multiarray\.scalar with arguments/],
  ["a NumPy number of no bytes", scalar(call("numpy", "dtype", text("f8")), "N"), /multiarray\.scalar with arguments/],
  [
    "a NumPy number of too few bytes of Python 3",
    scalar(call("numpy", "dtype", text("f8")), call("_codecs", "encode", text("1234"), text("latin1"))),
    /multiarray\.scalar with arguments/,
  ],
  ["bytes of what is not text", call("_codecs", "encode", "N", text("latin1")), /calls _codecs\.encode with arguments/],
  ["bytes of a letter that is no byte", call("_codecs", "encode", text("☃"), text("latin1")), /calls _codecs\.encode with arguments/],
  ["bytes with a third argument", call("_codecs", "encode", text("a"), text("latin1"), "N"), /calls _codecs\.encode with arguments/],
  ["a size that is a list", call("torch", "Size", "]"), /calls torch\.Size with arguments/],
  ["a size with a second argument", call("torch", "Size", ")", "N"), /calls torch\.Size with arguments/],
  ["an OrderedDict with a second argument", call("collections", "OrderedDict", "]", "N"), /calls collections\.OrderedDict with arguments/],
  ["a parameter of no tensor", call("torch._utils", "_rebuild_parameter", "N"), /_rebuild_parameter with arguments/],
  ["a tensor of no storage", rebuilt("N"), /_rebuild_tensor with arguments/],
  ["a tensor at no number", rebuilt(storage("0", 2), "N"), /_rebuild_tensor with arguments/],
  ["a tensor whose size is a list", rebuilt(storage("0", 2), "K\0", "]"), /_rebuild_tensor with arguments/],
  ["a tensor whose strides are none", rebuilt(storage("0", 2), "K\0", "K\x02\x85", "N"), /_rebuild_tensor with arguments/],
  ["a tensor whose size is text", rebuilt(storage("0", 2), "K\0", [text("2"), "\x85"]), /_rebuild_tensor with arguments/],
  ["a tensor of fewer strides than axes", rebuilt(storage("0", 2), "K\0", "K\x01K\x02\x86"), /has sizes, strides or an offset that cannot/],
  ["a tensor that a stride takes out of its storage", rebuilt(storage("0", 2), "K\0", "K\x02\x85", "K\x02\x85"), /reaches element 2 of/],
  [
    "a persistent id whose key is no text",
    ["(", text("storage"), "ctorch\nFloatStorage\nN", text("cpu"), "K\x02tQ"],
    /refers to a storage/,
  ],
  [
    "a persistent id of text for a number",
    ["(", text("storage"), "ctorch\nFloatStorage\n", text("0"), text("cpu"), text("2"), "tQ"],
    /refers/,
  ],
  ["a newer protocol", ["\x80\x05N"], /is of protocol 5/],
  ["BUILD on a dict, whose attributes are its items", ["}}b"], /sets the state of an object \(BUILD\)/],
  ["BUILD on a list", ["]}b"], /sets the state of an object/],
  ["BUILD on a function", ["ccollections\nOrderedDict\n}b"], /sets the state of an object/],
  ["BUILD with a slot state", [call("collections", "OrderedDict"), "N}\x86b"], /sets the state of an object/],
  ["a call of what is not a function", ["})R"], /calls what is not a function/],
  [
    "a call of a storage type",
    call("torch", "FloatStorage", "K\x05"),
    /calls torch\.FloatStorage with arguments that are not a checkpoint's/,
  ],
  ["a call with what is not a tuple", ["ccollections\nOrderedDict\n]R"], /calls collections\.OrderedDict with what is not a tuple/],
  ["an OrderedDict of a dict", call("collections", "OrderedDict", "}"), /calls collections\.OrderedDict with arguments/],
  ["an OrderedDict of triples", call("collections", "OrderedDict", "](](NNNee"), /calls collections\.OrderedDict with arguments/],
  ["another codec", call("_codecs", "encode", text("a"), text("rot13")), /calls _codecs\.encode with arguments/],
  ["a dtype of objects", call("numpy", "dtype", text("O8")), /calls numpy\.dtype with arguments/],
  ["a dtype in the prototype of an object", call("numpy", "dtype", text("toString")), /calls numpy\.dtype with arguments/],
  ["a key that is a list", ["}]Ns"], /has a dict whose key is neither text nor a number/],
  ["a key that is a tuple", ["})Ns"], /has a dict whose key/],
  ["an item of a list that is a tuple", [")Na"], /appends to what is not a list/],
  ["an item of a dict that is a list", ["]NNs"], /sets items of what is not a dict/],
  ["a persistent id that is text", [text("storage"), "Q"], /refers to a storage in a form that no state dict has/],
  ["a persistent id that is a list", ["]Q"], /refers to a storage in a form/],
  ["a persistent id that is too short", ["(", text("storage"), "tQ"], /refers to a storage in a form/],
  ["a persistent id of a module", ["(", text("module"), "NNNNtQ"], /refers to the code of a module that no state dict has/],
  [
    "a persistent id whose type is a function",
    ["(", text("storage"), "ccollections\nOrderedDict\n", text("0"), text("cpu"), "K\x02tQ"],
    /refers to a storage/,
  ],
  [
    "a persistent id of fewer than no elements",
    ["(", text("storage"), "ctorch\nFloatStorage\n", text("0"), text("cpu"), "J\xff\xff\xff\xfftQ"],
    /refers to a storage/,
  ],
  ["another type of one storage", ["]", rebuilt(storage("0", 2, "LongStorage")), "a"], /storage "0" is 2 Float in one place and 2 Long/],
  ["two tales of one storage", ["]", tensor("0", 3), "a"], /storage "0" is 2 Float in one place and 3 Float in another/],
  ["a storage that is not in the file", ["]", tensor("7", 3), "a"], /has no bytes for storage "7"/],
];

describe("refused, in words that name it", () => {
  test.for(refused)("%s", ([, part, says]) => {
    const file = withBeside(part);
    expect(() => read(file)).toThrow(says);
    expect(() => read(file)).toThrow(UserError);
    expect(() => read(file)).toThrow(/^x\.pth\.tar: /);
  });
});

describe("bombs", () => {
  const times = (count: number, part: string): string => part.repeat(count);
  /** Tensors over the same storage of two elements. */
  const view = (offset: Part, size: Part, stride: Part): Part =>
    call(
      "torch._utils",
      "_rebuild_tensor",
      ["(", text("storage"), "ctorch\nFloatStorage\n", text("0"), text("cpu"), "K\x02tQ"],
      offset,
      size,
      stride,
    );

  const bombs: readonly (readonly [what: string, part: Part, says: RegExp])[] = [
    ["lists in lists", [times(10_000, "]"), times(9999, "a")], /is nested more than 64 deep/],
    ["tuples in tuples", ["N", times(10_000, "\x85")], /is nested more than 64 deep/],
    ["a million marks", [times(1_000_000, "(")], /looks at an empty stack/],
    ["a list in itself", ["]q\x01h\x01a"], /has a value that holds itself/],
    ["a dict in itself", ["}q\x01", text("a"), "h\x01s"], /has a value that holds itself/],
    ["a list in a tuple in itself", ["]q\x01h\x01\x85a"], /has a value that holds itself/],
    ["a string of 4 GB", ["X", u4(0xfffffff0)], /has a string of 4294967280 bytes/],
    ["a string of -1 bytes", ["T", u4(0xffffffff)], /has a string of -1 bytes/],
    ["a whole number of 2 GB", ["\x8b", u4(0x7fffffff)], /has a whole number of 2147483647 bytes/],
    ["a whole number of 100,000 digits", ["L", times(100_000, "9"), "L\n"], /has no line of at most 4096 bytes/],
    ["a whole number of 4,000 digits", ["L", times(4000, "9"), "L\n"], /has a bad number/],
    ["a name of 100,000 letters", ["c", times(100_000, "a"), "\nb\n"], /has no line of at most 4096 bytes/],
    [
      "one long list copied again and again",
      ["](", times(2000, "]q\x02(NNe"), "eq\x01", times(2000, "ccollections\nOrderedDict\nh\x01\x85R")],
      /copies more than it holds/,
    ],
    [
      "one long text encoded again and again",
      [text(times(100_000, "a")), "q\x01", times(100, "c_codecs\nencode\nh\x01U\x06latin1\x86R")],
      /copies more than it holds/,
    ],
    ["three million opcodes", [times(1_500_000, "]]")], /has more than 2000000 opcodes/],
    [
      "a tensor that a stride of 0 makes large",
      view("K\0", ["J", u4(0x7fffffff), "\x85"], "K\0\x85"),
      /a tensor \[2147483647\] is larger than its storage of 2/,
    ],
    [
      "sizes whose product is beyond all numbers",
      view("K\0", ["(", times(8, "J\xff\xff\xff\x7f"), "t"], ["(", times(8, "K\0"), "t"]),
      /is larger than its storage of 2/,
    ],
    [
      "a tensor of 100 axes",
      view("K\0", ["(", times(100, "K\x01"), "t"], ["(", times(100, "K\x01"), "t"]),
      /calls torch\._utils\._rebuild_tensor with arguments/,
    ],
    ["a tensor behind its storage", view("K\x01", "K\x02\x85", "K\x01\x85"), /a tensor \[2\] reaches element 2 of a storage of 2/],
    ["a tensor before its storage", view("J\xff\xff\xff\xff", "K\x02\x85", "K\x01\x85"), /has sizes, strides or an offset that cannot be/],
    [
      "a tensor with a stride below 0",
      view("K\x01", "K\x02\x85", "J\xff\xff\xff\xff\x85"),
      /has sizes, strides or an offset that cannot be/,
    ],
    ["a tensor of half a row", view("K\0", "G\x3f\xe0\0\0\0\0\0\0\x85", "K\x01\x85"), /has sizes, strides or an offset that cannot be/],
  ];
  test.for(bombs)("%s", ([, part, says]) => {
    const file = withBeside(part);
    const before = process.memoryUsage().arrayBuffers;
    expect(() => read(file)).toThrow(says);
    expect(() => read(file)).toThrow(UserError);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50e6);
  });

  test("a billion laughs cost a smile: what is shared is looked into once", () => {
    const char = (code: number): string => String.fromCharCode(code);
    // Each list contains the previous one twice, fifty times over; a stack of one-item lists keeps them all.
    const laughs = Array.from({ length: 50 }, (_, i) => ["](h", char(i), "h", char(i), "eq", char(i + 1), "a"].join(""));
    expect(read(withBeside("]]q\0a", ...laughs)).skipped).toEqual(["beside"]);
  });

  test("a memo of four billion places holds what was put there", () => {
    expect(read(withBeside("K\x05r", u4(0xffffffff))).facts).toEqual({ beside: 5 });
  });

  test("keys named like an object's own are keys like others", () => {
    const file = legacy(pickle("}(", text("__proto__"), tensor("0", 2), text("constructor"), tensor("0", 2), "u"), ["0"], oneStorage);
    expect([...read(file).tensors.keys()]).toEqual(["__proto__", "constructor"]);
    expect(({} as { weight?: unknown }).weight).toBeUndefined();
  });
});

test("a good pickle that is no checkpoint is told so", () => {
  expect(() => read(pickle("K\x05"))).toThrow(/^x\.pth\.tar: is a pickle, but none that torch\.save wrote\./);
  expect(() => read(legacy(pickle("]"), [], bytes()))).toThrow(/holds no state dict/);
  expect(() => read(legacy(pickle("}(", text("state_dict"), "}u"), [], bytes()))).toThrow(/holds no dict of tensors/);
  expect(() => read(bytes("hello"))).toThrow(/is not a checkpoint of PyTorch\. Give a file that torch\.save wrote/);
  expect(() => read(bytes())).toThrow(/is empty/);
  expect(() => read(bytes(Buffer.alloc(257), "ustar", Buffer.alloc(300)))).toThrow(/is a tar archive/);
});
