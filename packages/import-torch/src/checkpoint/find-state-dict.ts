import { UserError } from "@benn/core";
import type { PickleDict, PickleValue } from "../pickle/pickle-value.ts";
import { printable } from "../printable.ts";
import { sizeOf, Tensor } from "./tensor.ts";

export interface StateDict {
  /** Weights by their names, in order. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Entries next to them, by name, including those of enclosing dicts. */
  readonly beside: ReadonlyMap<string, PickleValue>;
}

/** Keys under which training scripts store a network's weights, the likeliest first. */
const USUAL = ["state_dict", "model_state_dict", "model_state", "model", "net", "network", "module", "weights", "params", "student"];
/** A moving average of the weights: used if there is nothing else. */
const AVERAGE = /ema|average|swa/i;
/** Tensors that are not weights. */
const TRAINING = /optim|sched|scaler|momentum|amp$/i;
/** Maximum nesting of dicts. */
const MOST_LEVELS = 6;

interface Candidate {
  readonly path: readonly string[];
  readonly dict: PickleDict;
}

/**
 * Finds the network's weights in a checkpoint: the dict of tensors itself, or the one under a usual key, at any depth; or the only one
 * there is.
 * @throws UserError if there is none, or several that none of the usual keys distinguishes
 */
export function findStateDict(value: PickleValue, who: string): StateDict {
  const remedy = "Save {'state_dict': model.state_dict()} with torch.save.";
  if (!(value instanceof Map)) throw new UserError(`${who}: holds no state dict. ${remedy}`);
  const candidates = candidatesIn(value);
  const ranked = candidates.map((candidate) => ({ candidate, rank: rankOf(candidate) })).toSorted((a, b) => a.rank - b.rank);
  const [first, second] = ranked;
  if (!first) throw new UserError(`${who}: holds no dict of tensors. ${remedy}`);
  if (second?.rank === first.rank) {
    const keys = candidates.map(({ path }) => printable(path.join("."))).join(", ");
    throw new UserError(`${who}: has tensors under ${keys}, and which are the network's is not clear. ${remedy}`);
  }
  const { path, dict } = first.candidate;
  return { tensors: tensorsOf(dict), beside: besideOf(value, path) };
}

/** Dicts of tensors, outer ones first. A dict that occurs twice counts once. */
function candidatesIn(outer: PickleDict): Candidate[] {
  const found: Candidate[] = [];
  const seen = new Set<PickleDict>();
  const visit = (dict: PickleDict, path: readonly string[]): void => {
    if (seen.has(dict) || path.length > MOST_LEVELS) return;
    seen.add(dict);
    const tensors = [...tensorsOf(dict).values()];
    const isInside = path.length > 0;
    // Next to a state dict, single numbers such as the best accuracy are often tensors too.
    if (tensors.some(({ shape }) => isInside || sizeOf(shape) !== 1)) found.push({ path, dict });
    for (const [key, inner] of dict) {
      if (inner instanceof Map && typeof key === "string" && !TRAINING.test(key)) visit(inner, [...path, key]);
    }
  };
  visit(outer, []);
  return found;
}

/** Lower is likelier: by the most usual key on the path, then by depth; a moving average last. */
function rankOf({ path }: Candidate): number {
  const usual = Math.min(...path.map((key) => USUAL.indexOf(key)).filter((rank) => rank >= 0), USUAL.length);
  return (path.some((key) => AVERAGE.test(key)) ? 1000 : 0) + 10 * usual + path.length;
}

function tensorsOf(dict: PickleDict): Map<string, Tensor> {
  return new Map(
    [...dict].flatMap(([name, value]) => (typeof name === "string" && value instanceof Tensor ? [[name, value] as const] : [])),
  );
}

function besideOf(outer: PickleDict, path: readonly string[]): Map<string, PickleValue> {
  const beside = new Map<string, PickleValue>();
  let dict: PickleValue | undefined = outer;
  for (const key of path) {
    if (!(dict instanceof Map)) break;
    for (const [name, value] of dict) if (name !== key && !beside.has(String(name))) beside.set(String(name), value);
    dict = dict.get(key);
  }
  return beside;
}
