import type { GraphNode, Shape } from "../src/graph.ts";
import { floatsOf, integersOf, type Tensor } from "../src/read-safetensors.ts";

const round = Math.fround;

/** Runs a member's nodes by plain loops, as docs/packed.md describes them. Bits are −1 and +1. */
export function runReference(
  nodes: readonly GraphNode[],
  shapes: readonly Shape[],
  image: Float32Array,
  tensors: ReadonlyMap<string, Tensor>,
): Float32Array {
  const values = [image];
  const floats = (name: string | undefined): Float32Array | undefined => {
    const tensor = name === undefined ? undefined : tensors.get(name);
    return tensor && floatsOf(tensor);
  };
  for (const [i, node] of nodes.entries()) {
    const x = values[node.in[0]!]!;
    const [from, to] = [shapes[node.in[0]!]!, shapes[i + 1]!];
    const { channels: c } = from;
    const y = new Float32Array(to.height * to.width * to.channels);
    const flips = "flips" in node && node.flips !== undefined ? tensors.get(node.flips)!.bytes : undefined;
    const bit = (value: boolean, channel: number): number =>
      value !== Boolean(((flips?.[channel >> 3] ?? 0) >> (channel & 7)) & 1) ? 1 : -1;
    const code = (value: number, thresholds: Float32Array, channel: number): number => {
      const levels = thresholds.length / to.channels;
      let reached = 0;
      for (let level = 0; level < levels; level++) if (value >= thresholds[level * to.channels + channel]!) reached++;
      return ((flips?.[channel >> 3] ?? 0) >> (channel & 7)) & 1 ? levels - reached : reached;
    };
    /** Calls back for every tap of the window inside the map, in order. */
    const eachTap = (
      place: number,
      [height, width]: readonly [number, number],
      { strides, pad }: { strides: readonly [number, number]; pad: readonly number[] },
      visit: (pixel: number | undefined, tap: number) => void,
    ): void => {
      const [r, q] = [Math.floor(place / to.width) * strides[0] - pad[0]!, (place % to.width) * strides[1] - pad[2]!];
      for (let u = 0; u < height; u++) {
        for (let v = 0; v < width; v++) {
          const isInside = r + u >= 0 && r + u < from.height && q + v >= 0 && q + v < from.width;
          visit(isInside ? (r + u) * from.width + q + v : undefined, u * width + v);
        }
      }
    };
    const outputs = (compute: (place: number, channel: number) => number): void => {
      for (let place = 0; place < to.height * to.width; place++) {
        for (let channel = 0; channel < to.channels; channel++) y[place * to.channels + channel] = compute(place, channel);
      }
    };
    const finish = (sum: number, channel: number, { bias, relu }: { bias?: string; relu?: boolean }): number => {
      const shifted = bias === undefined ? sum : round(sum + floats(bias)![channel]!);
      return relu ? (shifted > 0 ? shifted : 0) : shifted;
    };
    switch (node.op) {
      case "conv": {
        const kernel = floats(node.kernel)!;
        const size = tensors.get(node.kernel)!.shape as unknown as readonly [number, number];
        const thresholds = floats(node.thresholds);
        outputs((place, filter) => {
          const blocks = new Map<number, number>();
          eachTap(place, [size[0], size[1]], node, (pixel, tap) => {
            if (pixel === undefined) return;
            for (let k = 0; k < c; k++) {
              const index = tap * c + k;
              const block = Math.floor(index / node.block);
              blocks.set(block, round((blocks.get(block) ?? 0) + round(x[pixel * c + k]! * kernel[index * to.channels + filter]!)));
            }
          });
          const sum = [...blocks].toSorted(([a], [b]) => a - b).reduce((total, [, part]) => round(total + part), 0);
          return thresholds ? bit(sum >= thresholds[filter]!, filter) : finish(sum, filter, node);
        });
        break;
      }
      case "binaryConv": {
        const { bytes, shape } = tensors.get(node.kernel)!;
        const thresholds = node.thresholds === undefined ? undefined : integersOf(tensors.get(node.thresholds)!);
        outputs((place, filter) => {
          let sum = 0;
          eachTap(place, node.size, node, (pixel, tap) => {
            if (pixel === undefined) return;
            for (let k = 0; k < c; k++) {
              const index = tap * c + k;
              const weight = (bytes[filter * shape[1]! + (index >> 3)]! >> (index & 7)) & 1 ? 1 : -1;
              sum += x[pixel * c + k]! * weight;
            }
          });
          return thresholds ? bit(sum >= thresholds[filter]!, filter) : finish(round(sum * floats(node.scale)![filter]!), filter, node);
        });
        break;
      }
      case "quantize": {
        const thresholds = floats(node.thresholds)!;
        outputs((place, k) => code(x[place * c + k]!, thresholds, k));
        break;
      }
      case "planeConv": {
        const { bytes, shape } = tensors.get(node.kernel)!;
        const [planes, filters, rowBytes] = shape as [number, number, number];
        const thresholds = floats(node.thresholds);
        const weightOf = (filter: number, index: number): number => {
          let q = 0;
          for (let j = 0; j < planes; j++) q += ((bytes[(j * filters + filter) * rowBytes + (index >> 3)]! >> (index & 7)) & 1) * 2 ** j;
          return node.odd ? 2 * q - (2 ** planes - 1) : q - 2 ** (planes - 1);
        };
        outputs((place, filter) => {
          const blocks = new Map<number, number>();
          eachTap(place, node.size, node, (pixel, tap) => {
            if (pixel === undefined) return;
            for (let k = 0; k < c; k++) {
              const index = tap * c + k;
              const block = Math.floor(index / (node.block ?? Infinity));
              blocks.set(block, round((blocks.get(block) ?? 0) + round(x[pixel * c + k]! * weightOf(filter, index))));
            }
          });
          const sum = [...blocks].toSorted(([a], [b]) => a - b).reduce((total, [, part]) => round(total + part), 0);
          return thresholds ? code(sum, thresholds, filter) : finish(round(sum * floats(node.scale)![filter]!), filter, node);
        });
        break;
      }
      case "sign": {
        const thresholds = floats(node.thresholds)!;
        outputs((place, k) => bit(x[place * c + k]! >= thresholds[k]!, k));
        break;
      }
      case "affine": {
        const [mean, factor, offset] = [floats(node.mean)!, floats(node.factor)!, floats(node.offset)!];
        outputs((place, k) => round(round(round(x[place * c + k]! - mean[k]!) * factor[k]!) + offset[k]!));
        break;
      }
      case "maxPool":
        outputs((place, k) => {
          let best = -Infinity;
          eachTap(place, node.size, node, (pixel) => {
            if (pixel !== undefined) best = Math.max(best, x[pixel * c + k]!);
          });
          // A window without a pixel has −1 as the maximum of bits.
          if (from.kind !== "codes") return from.kind === "bits" ? bit(best === 1, k) : best;
          return ((flips?.[k >> 3] ?? 0) >> (k & 7)) & 1 ? 2 ** from.planes! - 1 - best : best;
        });
        break;
      case "averagePool":
        outputs((place, k) => {
          let [sum, inside] = [0, 0];
          eachTap(place, node.size, node, (pixel) => {
            if (pixel === undefined) return;
            sum = round(sum + x[pixel * c + k]!);
            inside++;
          });
          return round(sum / (node.inside ? inside : node.size[0] * node.size[1]));
        });
        break;
      case "padChannels":
        outputs((place, k) => (k >= node.before && k < node.before + c ? x[place * c + k - node.before]! : 0));
        break;
      case "relu":
        outputs((place, k) => Math.max(0, x[place * c + k]!));
        break;
      case "add":
        outputs((place, k) => round(x[place * c + k]! + values[node.in[1]!]![place * c + k]!));
        break;
      case "mean":
        outputs((_, k) => meanOf(x, k, c));
        break;
      case "flatten":
        y.set(x);
        break;
    }
    values.push(y);
  }
  return values.at(-1)!;
}

/** The mean of channel k of x [pixels, c] in the order that docs/packed.md states. */
function meanOf(x: Float32Array, k: number, c: number): number {
  const pixels = x.length / c;
  const isNarrow = k < c - (c % 4);
  let total = 0;
  for (let first = 0; first < pixels; first += 32) {
    let sum = 0;
    for (let pixel = first; pixel < Math.min(pixels, first + 32); pixel++)
      sum = isNarrow ? round(sum + x[pixel * c + k]!) : sum + x[pixel * c + k]!;
    total += sum;
  }
  return round(total / pixels);
}
