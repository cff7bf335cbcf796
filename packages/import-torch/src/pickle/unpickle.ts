import type { ByteReader } from "../byte-reader.ts";
import type { TorchStorage } from "../checkpoint/tensor.ts";
import { Machine } from "./machine.ts";
import { opcodes, refusedOpcodes } from "./opcodes.ts";
import { PickleTuple, type PickleValue } from "./pickle-value.ts";

const STOP = ".".charCodeAt(0);
/** A checkpoint's optimizer is its most deeply nested part: dicts in dicts in lists. */
const DEEPEST = 64;
/** A checkpoint with its optimizer has several hundred thousand; each may create an object of a hundred bytes. */
const MOST_OPCODES = 2_000_000;

/**
 * Reads one pickle with only the elements of state dicts: no name in a pickle is ever looked up or called except for the few functions of
 * `globals.ts`, which belong to this package. Any other opcode or name is refused, and so are cyclic values. Memory is bounded by the
 * number of opcodes and the bytes of the pickle.
 * @param onStorage resolves persistent ids; without it they are refused
 * @throws UserError that names the refused opcode or name, or says where the pickle is damaged
 * @see https://github.com/python/cpython/blob/main/Lib/pickletools.py
 */
export function unpickle(reader: ByteReader, onStorage?: (id: PickleValue) => TorchStorage): PickleValue {
  const machine = new Machine(reader, onStorage);
  for (let count = 1; ; count++) {
    if (count > MOST_OPCODES) throw machine.refuse(`has more than ${MOST_OPCODES} opcodes`);
    const code = reader.u1();
    if (code === STOP) break;
    const run = opcodes.get(code);
    if (!run) {
      const name = refusedOpcodes.get(code) ?? `0x${code.toString(16).padStart(2, "0")}`;
      throw machine.refuse(`uses the opcode ${name}`);
    }
    run(machine);
  }
  const value = machine.result();
  checkTree(value, machine);
  return value;
}

/** Shared values may occur repeatedly, but each is checked once. */
function checkTree(root: PickleValue, machine: Machine): void {
  const open = new Set<object>();
  const done = new WeakSet<object>();
  const visit = (value: PickleValue): void => {
    const items = itemsOf(value);
    if (!items || typeof value !== "object" || value === null || done.has(value)) return;
    if (open.has(value)) throw machine.refuse("has a value that holds itself");
    if (open.size >= DEEPEST) throw machine.refuse(`is nested more than ${DEEPEST} deep`);
    open.add(value);
    for (const item of items) visit(item);
    open.delete(value);
    done.add(value);
  };
  visit(root);
}

function itemsOf(value: PickleValue): Iterable<PickleValue> | undefined {
  if (Array.isArray(value)) return value;
  if (value instanceof PickleTuple) return value.items;
  return value instanceof Map ? value.values() : undefined;
}
