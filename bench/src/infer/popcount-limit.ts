import { createRandom } from "@benn/core/internals";
import { load, type PackedModel } from "@benn/packed";
import { encodeModel } from "@benn/packed/export";

/** Multiply-adds per second of the binary convolution of a 1×1 layer with 4096 channels, whose kernels stay in the near cache. */
export async function popcountLimit(kernel: PackedModel["kernel"]): Promise<number> {
  const [channels, filters, side] = [4096, 64, 16];
  const random = createRandom(1, "bench", "limit");
  const bytes = (length: number) => Uint8Array.from({ length }, () => random.integer(256));
  const nodes = [
    { op: "sign", in: [0], thresholds: "t" },
    { op: "binaryConv", in: [1], size: [1, 1], strides: [1, 1], pad: [0, 0, 0, 0], kernel: "k", scale: "s" },
    { op: "mean", in: [2] },
  ] as const;
  const tensors = new Map([
    ["t", { dtype: "F32", shape: [channels], data: new Float32Array(channels) }],
    ["k", { dtype: "U8", shape: [filters, channels / 8], data: bytes((filters * channels) / 8) }],
    ["s", { dtype: "F32", shape: [filters], data: new Float32Array(filters).fill(1) }],
  ] as const);
  const labels = Array.from({ length: filters }, (_, i) => String(i));
  const header = { shape: [side, side, channels], labels, voter: "soft", preprocessing: "none" } as const;
  const model = await load(encodeModel(header, [{ architecture: "limit", alpha: 1, nodes }], tensors), { kernel });
  const image = Float32Array.from({ length: side * side * channels }, () => random.normal());
  const profile = model.profile(image, { rounds: 30 })[1];
  return profile ? (1000 * profile.multiplyAdds) / profile.milliseconds : Number.NaN;
}
