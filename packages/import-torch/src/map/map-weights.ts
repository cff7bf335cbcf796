import { type KeyMap, UserError } from "@benn/core";
import type { Checkpoint } from "../checkpoint/read-checkpoint.ts";
import type { Tensor } from "../checkpoint/tensor.ts";
import { printable } from "../printable.ts";
import { inOurLayout } from "./in-our-layout.ts";
import { isIgnored, placeOf } from "./key-map.ts";

const MOST_LINES = 200;

/** The mapping of one weight from a checkpoint to a network. */
export interface MappedWeight {
  /** The key in the state dict, and its shape. */
  readonly from: string;
  readonly fromShape: readonly number[];
  /** Our name, and our shape. */
  readonly to: string;
  readonly shape: readonly number[];
  /** Its elements in our order. */
  readonly view: Tensor;
}

/** The network to map to. */
export interface TargetNet {
  /** For messages: `nin width=0.5`. */
  readonly label: string;
  /** Shapes of all its weights by name, in order. */
  readonly weights: ReadonlyMap<string, readonly number[]>;
}

/**
 * Finds every weight of a network in a state dict.
 * @returns one entry per weight, in the network's order
 * @throws UserError that lists keys that are missing, unknown, duplicated, or of another shape
 */
export function mapWeights({ tensors }: Pick<Checkpoint, "tensors">, net: TargetNet, keyMap: KeyMap, who: string): MappedWeight[] {
  const found = new Map<string, MappedWeight>();
  const prefix = prefixOf(
    tensors.keys(),
    (key) => isIgnored(keyMap, key) || placeOf(keyMap, key, (name) => net.weights.has(name)) !== undefined,
  );
  const problems: (readonly [kind: "missing" | "extra" | "doubled" | "misshapen", what: string])[] = [];
  for (const [from, tensor] of tensors) {
    const own = from.startsWith(prefix) ? from.slice(prefix.length) : from;
    if (isIgnored(keyMap, own)) continue;
    const place = placeOf(keyMap, own, (name) => net.weights.has(name));
    const wanted = place && net.weights.get(place.to);
    const fromShape = tensor.shape;
    const key = printable(from);
    if (!place || !wanted) {
      problems.push(["extra", `${key} ${shown(fromShape)}${place ? `: there is no ${place.to}` : ""}`]);
      continue;
    }
    const { to, flattened } = place;
    const laidOut = inOurLayout(tensor, who, flattened);
    const before = found.get(to);
    if (before) problems.push(["doubled", `${to}: ${printable(before.from)} and ${key}`]);
    else if (!laidOut) problems.push(["misshapen", `${key} ${shown(fromShape)}: its inputs are not a flattened ${shown(flattened ?? [])}`]);
    else if (shown(laidOut.shape) !== shown(wanted)) {
      problems.push(["misshapen", `${key} ${shown(fromShape)}, in our order ${shown(laidOut.shape)}: ${to} is ${shown(wanted)}`]);
    }
    found.set(to, { from, fromShape, to, shape: wanted, view: laidOut?.view ?? tensor });
  }
  for (const [name, shape] of net.weights) if (!found.has(name)) problems.push(["missing", `${name} ${shown(shape)}`]);
  if (problems.length > 0) throw doesNotFit(problems, net, who);
  return [...net.weights.keys()].flatMap((name) => found.get(name) ?? []);
}

/**
 * The prefix to remove from the keys so that most are known: none, or as many as necessary of the modules that contain the first one, such
 * as the `model.net.` of a network that is part of a larger module.
 */
function prefixOf(keys: Iterable<string>, isKnown: (key: string) => boolean): string {
  const inside = [...keys].filter((key) => key.includes("."));
  const modules = inside[0]?.split(".").slice(0, -1) ?? [];
  const prefixes = ["", ...modules.map((_, i) => `${modules.slice(0, i + 1).join(".")}.`)];
  const known = prefixes.map((prefix) => inside.filter((key) => key.startsWith(prefix) && isKnown(key.slice(prefix.length))).length);
  return prefixes[known.indexOf(Math.max(...known))] ?? "";
}

function doesNotFit(problems: readonly (readonly [kind: string, what: string])[], { label }: TargetNet, who: string): UserError {
  const kinds = ["missing", "extra", "doubled", "misshapen"];
  const counts = kinds.flatMap((kind) => {
    const count = problems.filter((problem) => problem[0] === kind).length;
    return count > 0 ? `${count} ${kind}` : [];
  });
  const lines = kinds.flatMap((kind) => problems.flatMap(([of, what]) => (of === kind ? `  ${kind.padEnd(9)}  ${what}` : [])));
  if (lines.length > MOST_LINES) lines.splice(MOST_LINES, Infinity, `  and ${lines.length - MOST_LINES} more`);
  return new UserError(
    `${who}: does not fit ${label}: ${counts.join(", ")}. ` +
      `Choose the net that it is of (--preset, --set architecture.width=…), or map its keys (--key-map).\n${lines.join("\n")}`,
  );
}

export function shown(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}
