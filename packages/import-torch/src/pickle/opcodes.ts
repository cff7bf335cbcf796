import { printable } from "../printable.ts";
import { callGlobal, isKnownGlobal, isPickleKey } from "./globals.ts";
import type { Machine } from "./machine.ts";
import { NumpyType, PickleGlobal, PickleTuple, type PickleValue } from "./pickle-value.ts";
import { longFromBytes, longFromText, rawUnicode, unquote } from "./python-text.ts";

/** Names in state dicts are short; this also holds a training log somebody kept beside one. */
const LONGEST_TEXT = 1 << 20;
const LONGEST_LINE = 1 << 12;

export interface Opcode {
  readonly name: string;
  readonly run: (machine: Machine) => void;
}

/** The opcodes of protocols 0, 1 and 2 that state dicts are made of, by their byte. STOP is the loop's own. */
export const opcodes: ReadonlyMap<number, Opcode> = new Map(
  Object.entries<Opcode>({
    "\x80": { name: "PROTO", run: proto },
    "(": { name: "MARK", run: (m) => m.mark() },
    N: { name: "NONE", run: (m) => m.push(null) },
    "\x88": { name: "NEWTRUE", run: (m) => m.push(true) },
    "\x89": { name: "NEWFALSE", run: (m) => m.push(false) },
    I: { name: "INT", run: int },
    L: { name: "LONG", run: (m) => m.push(longFromText(m.reader.line(LONGEST_LINE)) ?? damaged(m, "has a bad number")) },
    J: { name: "BININT", run: (m) => m.push(m.reader.i4()) },
    K: { name: "BININT1", run: (m) => m.push(m.reader.u1()) },
    M: { name: "BININT2", run: (m) => m.push(m.reader.u2()) },
    "\x8a": { name: "LONG1", run: (m) => long(m, m.reader.u1()) },
    "\x8b": { name: "LONG4", run: (m) => long(m, m.reader.i4()) },
    F: { name: "FLOAT", run: float },
    G: { name: "BINFLOAT", run: (m) => m.push(m.reader.f8BigEndian()) },
    S: { name: "STRING", run: (m) => m.push(unquote(m.reader.line(LONGEST_LINE)) ?? damaged(m, "has a bad string")) },
    T: { name: "BINSTRING", run: (m) => m.push(text(m, m.reader.i4(), "latin1")) },
    U: { name: "SHORT_BINSTRING", run: (m) => m.push(text(m, m.reader.u1(), "latin1")) },
    V: { name: "UNICODE", run: (m) => m.push(rawUnicode(m.reader.line(LONGEST_LINE)) ?? damaged(m, "has a bad string")) },
    X: { name: "BINUNICODE", run: (m) => m.push(text(m, m.reader.u4(), "utf8")) },
    ")": { name: "EMPTY_TUPLE", run: (m) => m.push(new PickleTuple([])) },
    t: { name: "TUPLE", run: (m) => m.push(new PickleTuple(m.popMark())) },
    "\x85": { name: "TUPLE1", run: (m) => tuple(m, 1) },
    "\x86": { name: "TUPLE2", run: (m) => tuple(m, 2) },
    "\x87": { name: "TUPLE3", run: (m) => tuple(m, 3) },
    "]": { name: "EMPTY_LIST", run: (m) => m.push([]) },
    l: { name: "LIST", run: (m) => m.push(m.popMark()) },
    a: { name: "APPEND", run: (m) => append(m, [m.pop()]) },
    e: { name: "APPENDS", run: (m) => append(m, m.popMark()) },
    "}": { name: "EMPTY_DICT", run: (m) => m.push(new Map()) },
    d: { name: "DICT", run: dict },
    s: { name: "SETITEM", run: setItem },
    u: { name: "SETITEMS", run: (m) => setItems(m, m.popMark()) },
    p: { name: "PUT", run: (m) => m.put(index(m)) },
    q: { name: "BINPUT", run: (m) => m.put(m.reader.u1()) },
    r: { name: "LONG_BINPUT", run: (m) => m.put(m.reader.u4()) },
    g: { name: "GET", run: (m) => m.get(index(m)) },
    h: { name: "BINGET", run: (m) => m.get(m.reader.u1()) },
    j: { name: "LONG_BINGET", run: (m) => m.get(m.reader.u4()) },
    c: { name: "GLOBAL", run: global },
    Q: { name: "BINPERSID", run: persistentId },
    R: { name: "REDUCE", run: reduce },
    b: { name: "BUILD", run: build },
  }).map(([byte, opcode]) => [byte.charCodeAt(0), opcode]),
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

function float(machine: Machine): void {
  const line = machine.reader.line(LONGEST_LINE).trim();
  const value = /^-?(?:inf|nan)$/.test(line) ? Number(line.replace("inf", "Infinity").replace(/-?nan/, "NaN")) : Number(line);
  if (line === "" || (Number.isNaN(value) && !line.endsWith("nan"))) throw machine.damaged("has a bad number");
  machine.push(value);
}

/** The largest whole number of a checkpoint is the magic one of 80 bits at its beginning. */
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

/** State of an OrderedDict are attributes such as `_metadata`, which are dropped; of a NumPy type, its byte order. */
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
