// The figures of docs/engine.md, docs/packed.md, docs/backends.md and docs/concepts.md: `node scripts/figures.ts` draws them. Their numbers are
// computed from the bits that they show.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { baggingAndBoosting, calibration, signAndGradient, votes, xnorAndPopcount } from "./concept-figures.ts";
import { across, box, cells, differing, down, draw, type Figure, INNER, labelled, type Look, MARGIN, text, WIDTH } from "./figure-parts.ts";

function fusedChain(): Figure {
  const middle = WIDTH / 2;
  const chain = ["batch norm", "ReLU", "batch norm", "sign"];
  return {
    label: "A fused chain: batch norm, ReLU, batch norm and sign between two convolutions are one pass, and only bits are written",
    height: 488,
    parts: [
      text(MARGIN, 30, "One fused chain, in a training step", { look: "title" }),
      labelled(MARGIN, 46, INNER, "memory", ["convolution", "its result x is written to memory as float32"]),
      down(middle, 94, 118),
      box(MARGIN, 118, INNER, 174, "deferred"),
      ...chain.map(
        (name, i) => box(MARGIN + 14, 130 + 32 * i, INNER - 28, 26, "work") + text(middle, 148 + 32 * i, name, { anchor: "middle" }),
      ),
      text(middle, 276, "deferred: formulas of x; only statistics are computed", { look: "note", anchor: "middle" }),
      down(middle, 292, 330),
      text(middle + 12, 315, "blockwise, in the L1 cache", { look: "note" }),
      labelled(MARGIN, 330, INNER, "memory", ["bits", "1 bit per value, written to memory"]),
      down(middle, 378, 400),
      labelled(MARGIN, 400, INNER, "work", ["binary convolution"]),
      text(MARGIN, 456, "In evaluation the four operations are one comparison", { look: "note" }),
      text(MARGIN, 474, "per channel: bit = (x ≥ threshold).", { look: "note" }),
    ],
  };
}

function tableLookup(): Figure {
  const [first, second] = ["1001", "0011"];
  const filters = ["1001", "0000", "0011", "1110"];
  const groups = Array.from({ length: 16 }, (_, i) => i.toString(2).padStart(4, "0"));
  const count = (weights: string) => `${differing(second, weights)} ${differing(first, weights)}`;
  const side = INNER / 8;
  return {
    label:
      "One table lookup: the signs of four channels of two pixels select a table of 16 bytes; one swizzle looks up the counts of 16 filters",
    height: 566,
    parts: [
      text(MARGIN, 30, "One table lookup", { look: "title" }),
      text(MARGIN, 58, "1. Signs of four channels of two pixels"),
      text(MARGIN, 88, "pixel A", { look: "note" }),
      cells(MARGIN + 56, 70, first),
      text(MARGIN + 204, 88, "pixel B", { look: "note" }),
      cells(MARGIN + 260, 70, second),
      down(WIDTH / 2, 102, 124),
      text(MARGIN, 146, "2. They select a table of 16 bytes: for each group of"),
      text(MARGIN, 166, "four weights, how many bits differ. Left digit: B (high"),
      text(MARGIN, 186, "half of the byte), right digit: A (low half)"),
      ...groups.map((weights, i) => {
        const [x, y] = [MARGIN + (i % 8) * side, 200 + Math.floor(i / 8) * 54];
        return (
          box(x + 1, y, side - 2, 46, filters.includes(weights) ? "hit" : "work") +
          text(x + side / 2, y + 18, weights, { look: "note bits", anchor: "middle" }) +
          text(x + side / 2, y + 37, count(weights), { look: "bits", anchor: "middle" })
        );
      }),
      down(WIDTH / 2, 304, 326),
      text(MARGIN, 348, "3. One swizzle: the weights of 16 filters are the indices"),
      ...filters.flatMap((weights, i) => {
        const y = 360 + 33 * i;
        const name = i < 3 ? `filter ${i}` : "filter 15";
        return [
          text(MARGIN, y + 18, name, { look: "note" }),
          cells(MARGIN + 66, y, weights),
          across(y + 13, MARGIN + 182, MARGIN + 224),
          text(MARGIN + 234, y + 18, `A ${differing(first, weights)}, B ${differing(second, weights)} differ`),
        ];
      }),
      text(MARGIN, 516, `16 filters × 4 weights × 2 pixels = ${16 * 4 * 2} multiply-adds`),
      text(MARGIN, 538, "Counts are added up; with n products and m that differ,", { look: "note" }),
      text(MARGIN, 556, "the sum of a binary convolution is n − 2m.", { look: "note" }),
    ],
  };
}

function packedLayer(): Figure {
  const [inputs, weights, threshold] = ["10110010", "11100110", 0];
  const equal = Array.from(inputs)
    .map((bit, i) => (bit === weights[i] ? "1" : "0"))
    .join("");
  const [n, m] = [inputs.length, differing(inputs, weights)];
  const sum = n - 2 * m;
  const [x, middle] = [MARGIN + 136, WIDTH / 2];
  return {
    label:
      "One packed layer: bits are XNORed with the kernel's bits, the differing bits are counted, and the sum is compared with an integer threshold, which gives bits again",
    height: 430,
    parts: [
      text(MARGIN, 30, "One packed layer: bits in, bits out", { look: "title" }),
      text(MARGIN, 66, "bits of a patch"),
      cells(x, 48, inputs),
      text(MARGIN, 102, "bits of a filter"),
      cells(x, 84, weights),
      text(MARGIN, 138, "XNOR: equal?"),
      cells(x, 120, equal),
      down(middle, 152, 176),
      labelled(MARGIN, 176, INNER, "work", [
        `popcount: m = ${m} of n = ${n} bits differ`,
        `sum of the products of ±1:  n − 2m = ${n} − ${2 * m} = ${sum}`,
      ]),
      down(middle, 224, 248),
      labelled(MARGIN, 248, INNER, "hit", [
        `sum ≥ threshold:  ${sum} ≥ ${threshold}`,
        "one integer per channel; it replaces scale, bias,",
        "batch norm, ReLU and sign",
      ]),
      down(middle, 314, 338),
      text(MARGIN, 356, "output bit"),
      cells(middle - 13, 338, sum >= threshold ? "1" : "0"),
      text(MARGIN, 396, "1 stands for +1 and 0 for −1. If the output falls as the", { look: "note" }),
      text(MARGIN, 414, "sum rises, the bit is flipped. A max pool is the OR of bits.", { look: "note" }),
    ],
  };
}

function gpuStep(): Figure {
  const half = INNER / 2 - 22;
  const right = WIDTH - MARGIN - half;
  const [leftEnd, rightStart] = [MARGIN + half, right];
  const cpu = (y: number, lines: readonly [string, ...string[]]) => labelled(MARGIN, y, half, "work", lines);
  const gpu = (y: number, look: Look, lines: readonly [string, ...string[]]) => labelled(right, y, half, look, lines);
  return {
    label: "What stays on the GPU: images, weights and statistics; the CPU only queues steps, and reads metrics in groups, later",
    height: 412,
    parts: [
      text(MARGIN, 30, "Training steps on a GPU", { look: "title" }),
      text(MARGIN + half / 2, 58, "CPU", { anchor: "middle" }),
      text(right + half / 2, 58, "GPU", { anchor: "middle" }),
      gpu(70, "memory", ["stays here", "training images", "weights, moments", "batch-norm statistics"]),
      cpu(70, ["once", "uploads the images"]),
      across(94, leftEnd, rightStart),
      cpu(172, ["step k", "sample indices,", "augmentation"]),
      across(196, leftEnd, rightStart),
      gpu(172, "work", ["step k", "gather and augment,", "forward, backward,", "update in place"]),
      cpu(254, ["step k + 1", "queued without", "waiting for step k"]),
      across(300, leftEnd, rightStart),
      gpu(272, "work", ["step k + 1", "…"]),
      gpu(338, "deferred", ["losses, hits", "of several steps"]),
      cpu(338, ["metrics", "read later"]),
      across(362, rightStart, leftEnd),
    ],
  };
}

/** SVG by name, without the folder. */
export const figures: ReadonlyMap<string, string> = new Map([
  ["fused-chain.svg", draw(fusedChain())],
  ["table-lookup.svg", draw(tableLookup())],
  ["packed-layer.svg", draw(packedLayer())],
  ["gpu-step.svg", draw(gpuStep())],
  ["sign-and-gradient.svg", draw(signAndGradient())],
  ["xnor-and-popcount.svg", draw(xnorAndPopcount())],
  ["bagging-and-boosting.svg", draw(baggingAndBoosting())],
  ["votes.svg", draw(votes())],
  ["calibration.svg", draw(calibration())],
]);

export const FIGURES = join(dirname(import.meta.dirname), "docs", "figures");

if (process.argv[1] === import.meta.filename) {
  mkdirSync(FIGURES, { recursive: true });
  for (const [name, svg] of figures) writeFileSync(join(FIGURES, name), svg);
}
