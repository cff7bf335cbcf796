import type { Binarizer } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import { type Choice, compareIndices, type EdgeValue, REACH } from "./edge-value.ts";

export interface SteeredOptions {
  /** Number of binary layers of the network: they run in this order, part after part. */
  readonly layers: number;
  /** The row of the file's batch of which each row of the batch is a copy; absent: its own. */
  readonly rows?: Int32Array;
  readonly choices: readonly Choice[];
}

/**
 * A binarizer that behaves like `binarizer`, except that values before a sign take the side that `choices` specify; it also records which
 * of them are on an edge. A choice for a row applies to each of its copies.
 */
export function steerBinarizer(binarizer: Binarizer, { layers, rows, choices }: SteeredOptions) {
  const kept: { readonly layer: number; readonly from: number; readonly x: tf.Tensor }[] = [];
  let step: number | undefined;
  let calls = 0;
  let from = 0;

  const rowOf = (row: number): number => rows?.[row] ?? row;

  function activations(...[x, ...rest]: Parameters<Binarizer["activations"]>): tf.Tensor {
    const layer = calls++ % layers;
    kept.push({ layer, from, x: tf.keep(x.clone()) });
    const own = choices.filter((choice) => choice.layer === layer && choice.step === step);
    const places = own.flatMap((choice) => placesOf(choice, x.shape, (row) => rowOf(from + row)));
    if (layer === layers - 1) from += x.shape[0] ?? 0;
    const steered = replaceValues(
      x,
      places.filter(({ isSign }) => !isSign),
    );
    return replaceValues(
      binarizer.activations(steered, ...rest),
      places.filter(({ isSign }) => isSign),
    );
  }

  return {
    binarizer: { ...binarizer, activations } satisfies Binarizer,
    /** What runs from here on is this training step, or evaluation. */
    begin(of: number | undefined): void {
      step = of;
      calls = from = 0;
    },
    /** Values on an edge since `begin`: one for all copies of a row that are on one side of it, and for all that are equal in a channel. */
    async edgeValues(edges: readonly EdgeValue["edge"][]): Promise<EdgeValue[]> {
      const found = new Map<string, EdgeValue>();
      for (const { layer, from, x } of kept.splice(0)) {
        const equal = new Map<string, { edge: EdgeValue["edge"]; value: number; indices: number[][] }>();
        for (const [at, value] of (await x.data<"float32">()).entries()) {
          const edge = edges.find((edge) => Math.abs(value - edge) <= REACH);
          if (edge === undefined) continue;
          const [row = 0, ...place] = indexOf(at, x.shape);
          const index = [rowOf(from + row), ...place];
          const key = `${index.at(-1)}/${value}`;
          const same = equal.get(key) ?? { edge, value, indices: [] };
          if (!same.indices.some((other) => String(other) === String(index))) same.indices.push(index);
          equal.set(key, same);
        }
        x.dispose();
        for (const { edge, value, indices: unordered } of equal.values()) {
          const indices = unordered.toSorted(compareIndices);
          const side = edge === 0 ? value < 0 : Math.abs(value) < 1;
          found.set(`${layer}/${indices.join(";")}/${side}`, { step, layer, indices, edge, value });
        }
      }
      return [...found.values()];
    },
    dispose: () => tf.dispose(kept.splice(0).map(({ x }) => x)),
  };
}

interface ValueAtPosition {
  readonly at: number;
  readonly taken: number;
  readonly isSign: boolean;
}

function placesOf({ indices, taken, isSign }: Choice, shape: readonly number[], rowOf: (row: number) => number): ValueAtPosition[] {
  const [rows = 0, ...sizes] = shape;
  const size = sizes.reduce((product, n) => product * n, 1);
  const copies = Array.from({ length: rows }, (_, copy) => copy);
  return indices.flatMap(([row, ...place]) => {
    const inRow = place.reduce((at, n, axis) => at * (sizes[axis] ?? 1) + n, 0);
    return copies.filter((copy) => rowOf(copy) === row).map((copy) => ({ at: copy * size + inRow, taken, isSign }));
  });
}

/** The tensor with other values at some positions; its gradient is that of the original tensor. */
function replaceValues(tensor: tf.Tensor, places: readonly ValueAtPosition[]): tf.Tensor {
  if (places.length === 0) return tensor;
  const op = tf.customGrad((x) => {
    const values = new Float32Array((x as tf.Tensor).size);
    const isTaken = new Uint8Array(values.length);
    for (const { at, taken } of places) {
      values[at] = taken;
      isTaken[at] = 1;
    }
    const { shape } = x as tf.Tensor;
    const value = tf.tidy(() => tf.where(tf.tensor(isTaken, shape, "bool"), tf.tensor(values, shape), x as tf.Tensor));
    return { value, gradFunc: (dy: tf.Tensor) => dy.clone() };
  });
  return op(tensor);
}

function indexOf(at: number, shape: readonly number[]): number[] {
  let rest = at;
  return shape
    .toReversed()
    .map((size) => {
      const n = rest % size;
      rest = Math.floor(rest / size);
      return n;
    })
    .toReversed();
}
