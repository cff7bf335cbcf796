/** Channels of the stages of ResNet-18 and -34. */
export const STAGES: readonly number[] = [64, 128, 256, 512];

/** Basic blocks per stage, of two convolutions each. */
export const BLOCKS: Readonly<Record<18 | 34, readonly number[]>> = { 18: [2, 2, 2, 2], 34: [3, 4, 6, 3] };

/** Images with a smaller side get the stem for CIFAR-10 by default. */
const SMALL = 64;

/** Whether the network begins with a 3×3 convolution instead of a 7×7 one and a pool, both of stride 2. */
export function isForCifar(stem: "auto" | "imagenet" | "cifar", side: number): boolean {
  return stem === "cifar" || (stem === "auto" && side < SMALL);
}
