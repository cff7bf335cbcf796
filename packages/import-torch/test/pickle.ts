// Builds pickles opcode by opcode, like an attacker, and like Python.

export type Part = string | Uint8Array | readonly Part[];

/** Text is its Latin-1 bytes. */
export function bytes(...parts: Part[]): Uint8Array {
  return Buffer.concat(
    parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part instanceof Uint8Array ? part : bytes(...part))),
  );
}

export const u4 = (value: number): Uint8Array => {
  const four = Buffer.alloc(4);
  four.writeUInt32LE(value);
  return four;
};

/** PROTO 2, what is in between, STOP. */
export const pickle = (...parts: Part[]): Uint8Array => bytes("\x80\x02", ...parts, ".");

export const text = (value: string): Part => ["X", u4(Buffer.byteLength(value)), Buffer.from(value)];
export const call = (module: string, name: string, ...args: Part[]): Part => [`c${module}\n${name}\n(`, ...args, "tR"];

/** The persistent id of a storage, and a tensor over it. */
export const storage = (key: string, elements: number, type = "FloatStorage"): Part => [
  "(",
  text("storage"),
  `ctorch\n${type}\n`,
  text(key),
  text("cpu"),
  ["J", u4(elements)],
  "tQ",
];
export const tensor = (key: string, length: number): Part =>
  call(
    "torch._utils",
    "_rebuild_tensor_v2",
    storage(key, length),
    "K\0",
    ["J", u4(length), "\x85"],
    "K\x01\x85",
    "\x89",
    call("collections", "OrderedDict"),
  );

/** A whole checkpoint in the old form. */
export function legacy(value: Uint8Array, keys: readonly string[], data: Uint8Array): Uint8Array {
  const magic = Buffer.from("6cfc9c46f9206aa85019", "hex");
  return bytes(
    pickle("\x8a\x0a", magic),
    pickle("M\xe9\x03"),
    pickle("}(", text("little_endian"), "\x88u"),
    value,
    pickle("](", ...keys.map(text), "e"),
    data,
  );
}

/** A state dict of one tensor [2], `weight`: its pickle, with `beside` as another entry. */
export const stateDict = (...beside: Part[]): Uint8Array =>
  pickle(
    "}(",
    text("state_dict"),
    "}(",
    text("weight"),
    tensor("0", 2),
    "u",
    text("beside"),
    ...(beside.length === 0 ? ["N"] : beside),
    "u",
  );

/** The bytes of that one tensor: its number of elements, 1 and 2. */
export const oneStorage = Buffer.from("02000000000000000000803f00000040", "hex");
