import { printable } from "../printable.ts";
import { callGlobal, isKnownGlobal, isPickleKey } from "./globals.ts";
import type { Machine } from "./machine.ts";
import { NumpyType, PickleGlobal, PickleTuple, type PickleValue } from "./pickle-value.ts";
import { longFromBytes, longFromText, rawUnicode, unquote } from "./python-text.ts";

/** Names in state dicts are short; this limit also allows a training log next to one. */
const LONGEST_TEXT = 1 << 20;
const LONGEST_LINE = 1 << 12;

type Opcode = (machine: Machine) => void;

/** The opcodes of protocols 0, 1 and 2 that state dicts consist of, by their byte. STOP is handled by the loop. */
export const opcodes: ReadonlyMap<number, Opcode> = new Map(
  Object.entries<Opcode>({
    "\x80": proto, // PROTO
    "(": (m) => m.mark(), // MARK
    N: (m) => m.push(null), // NONE
    "\x88": (m) => m.push(true), // NEWTRUE
    "\x89": (m) => m.push(false), // NEWFALSE
    I: int, // INT
    L: (m) => m.push(longFromText(m.reader.line(LONGEST_LINE)) ?? damaged(m, "has a bad number")), // LONG
    J: (m) => m.push(m.reader.i4()), // BININT
    K: (m) => m.push(m.reader.u1()), // BININT1
    M: (m) => m.push(m.reader.u2()), // BININT2
    "\x8a": (m) => long(m, m.reader.u1()), // LONG1
    "\x8b": (m) => long(m, m.reader.i4()), // LONG4
    F: float, // FLOAT
    G: (m) => m.push(m.reader.f8BigEndian()), // BINFLOAT
    S: (m) => m.push(unquote(m.reader.line(LONGEST_LINE)) ?? damaged(m, "has a bad string")), // STRING
    T: (m) => m.push(text(m, m.reader.i4(), "latin1")), // BINSTRING
    U: (m) => m.push(text(m, m.reader.u1(), "latin1")), // SHORT_BINSTRING
    V: (m) => m.push(rawUnicode(m.reader.line(LONGEST_LINE)) ?? damaged(m, "has a bad string")), // UNICODE
    X: (m) => m.push(text(m, m.reader.u4(), "utf8")), // BINUNICODE
    ")": (m) => m.push(new PickleTuple([])), // EMPTY_TUPLE
    t: (m) => m.push(new PickleTuple(m.popMark())), // TUPLE
    "\x85": (m) => tuple(m, 1), // TUPLE1
    "\x86": (m) => tuple(m, 2), // TUPLE2
    "\x87": (m) => tuple(m, 3), // TUPLE3
    "]": (m) => m.push([]), // EMPTY_LIST
    l: (m) => m.push(m.popMark()), // LIST
    a: (m) => append(m, [m.pop()]), // APPEND
    e: (m) => append(m, m.popMark()), // APPENDS
    "}": (m) => m.push(new Map()), // EMPTY_DICT
    d: dict, // DICT
    s: setItem, // SETITEM
    u: (m) => setItems(m, m.popMark()), // SETITEMS
    p: (m) => m.put(index(m)), // PUT
    q: (m) => m.put(m.reader.u1()), // BINPUT
    r: (m) => m.put(m.reader.u4()), // LONG_BINPUT
    g: (m) => m.get(index(m)), // GET
    h: (m) => m.get(m.reader.u1()), // BINGET
    j: (m) => m.get(m.reader.u4()), // LONG_BINGET
    c: global, // GLOBAL
    Q: persistentId, // BINPERSID
    R: reduce, // REDUCE
    b: build, // BUILD
  }).map(([byte, run]) => [byte.charCodeAt(0), run]),
);

/** Opcodes that are refused, so that the message can name them. */
export const refusedOpcodes: ReadonlyMap<number, string> = new Map(
  Object.entries({
    "0": "POP",
    "1": "POP_MARK",
    "2": "DUP",
    P: "PERSID",
    i: "INST",
    o: "OBJ",
    "\x81": "NEWOBJ",
    "\x82": "EXT1",
    "\x83": "EXT2",
    "\x84": "EXT4",
    B: "BINBYTES",
    C: "SHORT_BINBYTES",
    "\x8c": "SHORT_BINUNICODE",
    "\x8d": "BINUNICODE8",
    "\x8e": "BINBYTES8",
    "\x8f": "EMPTY_SET",
    "\x90": "ADDITEMS",
    "\x91": "FROZENSET",
    "\x92": "NEWOBJ_EX",
    "\x93": "STACK_GLOBAL",
    "\x94": "MEMOIZE",
    "\x95": "FRAME",
    "\x96": "BYTEARRAY8",
    "\x97": "NEXT_BUFFER",
    "\x98": "READONLY_BUFFER",
  }).map(([byte, name]) => [byte.charCodeAt(0), name]),
);

function damaged(machine: Machine, what: string): never {
  throw machine.damaged(what);
}

function proto(machine: Machine): void {
  const version = machine.reader.u1();
  if (version > 2) throw machine.refuse(`is of protocol ${version}`);
}

/** `I01` and `I00` are booleans. */
function int(machine: Machine): void {
  const line = machine.reader.line(LONGEST_LINE);
  if (line === "01" || line === "00") machine.push(line === "01");
  else machine.push(longFromText(line) ?? damaged(machine, "has a bad number"));
}

const NAMED: ReadonlyMap<string, number> = new Map([
  ["inf", Infinity],
  ["-inf", -Infinity],
  ["nan", NaN],
  ["-nan", NaN],
]);

function float(machine: Machine): void {
  const line = machine.reader.line(LONGEST_LINE);
  const value = NAMED.get(line) ?? Number(line);
  if (line === "" || (Number.isNaN(value) && !NAMED.has(line))) throw machine.damaged("has a bad number");
  machine.push(value);
}

/** The largest integer of a checkpoint is the magic number of 80 bits at its beginning. */
function long(machine: Machine, length: number): void {
  if (length < 0 || length > 16) throw machine.refuse(`has a whole number of ${length} bytes`);
  machine.push(longFromBytes(machine.reader.take(length)));
}

function text(machine: Machine, length: number, encoding: "latin1" | "utf8"): string {
  if (length < 0 || length > LONGEST_TEXT) throw machine.refuse(`has a string of ${length} bytes`);
  const bytes = machine.reader.take(length);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(encoding);
}

function tuple(machine: Machine, length: number): void {
  const items = Array.from({ length }, () => machine.pop());
  machine.push(new PickleTuple(items.toReversed()));
}

function index(machine: Machine): number {
  const line = machine.reader.line(LONGEST_LINE);
  if (!/^\d{1,9}$/.test(line)) throw machine.damaged(`has "${printable(line, 20)}" for a place in its memo`);
  return Number(line);
}

function append(machine: Machine, items: readonly PickleValue[]): void {
  const list = machine.top();
  if (!Array.isArray(list)) throw machine.refuse("appends to what is not a list");
  for (const item of items) list.push(item);
}

function dict(machine: Machine): void {
  const items = machine.popMark();
  machine.push(new Map());
  setItems(machine, items);
}

function setItem(machine: Machine): void {
  const value = machine.pop();
  setItems(machine, [machine.pop(), value]);
}

function setItems(machine: Machine, items: readonly PickleValue[]): void {
  const target = machine.top();
  if (!(target instanceof Map)) throw machine.refuse("sets items of what is not a dict");
  if (items.length % 2 === 1) throw machine.damaged("sets a key without a value");
  for (let at = 0; at < items.length; at += 2) {
    const [key, value] = items.slice(at, at + 2);
    if (!isPickleKey(key) || value === undefined) throw machine.refuse("has a dict whose key is neither text nor a number");
    target.set(key, value);
  }
}

function global(machine: Machine): void {
  const name = `${machine.reader.line(LONGEST_LINE)}.${machine.reader.line(LONGEST_LINE)}`;
  if (!isKnownGlobal(name)) throw machine.refuse(`names "${printable(name)}"`);
  machine.push(new PickleGlobal(name));
}

function persistentId(machine: Machine): void {
  if (!machine.onStorage) throw machine.refuse("refers to a storage where none can be");
  machine.push(machine.onStorage(machine.pop()));
}

function reduce(machine: Machine): void {
  const args = machine.pop();
  const callee = machine.pop();
  if (!(callee instanceof PickleGlobal)) throw machine.refuse("calls what is not a function");
  if (!(args instanceof PickleTuple)) throw machine.refuse(`calls ${callee.name} with what is not a tuple`);
  const value = callGlobal(callee, args.items, machine);
  if (value === undefined) throw machine.refuse(`calls ${callee.name} with arguments that are not a checkpoint's`);
  if (value instanceof Map) machine.ordered.add(value);
  machine.push(value);
}

/** The state of an OrderedDict is attributes such as `_metadata`, which are dropped; that of a NumPy type is its byte order. */
function build(machine: Machine): void {
  const state = machine.pop();
  const target = machine.top();
  if (target instanceof Map && machine.ordered.has(target) && state instanceof Map) return;
  const order = state instanceof PickleTuple ? state.items[1] : undefined;
  if (target instanceof NumpyType && (order === "<" || order === ">" || order === "|" || order === "=")) {
    target.bigEndian = order === ">";
    return;
  }
  throw machine.refuse("sets the state of an object (BUILD)");
}
