import type { WasmBackend } from "./backend.ts";
import { Block } from "./block.ts";
import { type Bits, Formula } from "./formula.ts";
import { grainOf } from "./grain-of.ts";
import { withProgram } from "./program.ts";

/**
 * Values of −1, 0, +1 as bits. The formula keeps them, so that the backward pass of a binary layer reuses them and needs no other form of
 * its input. Signs and dropout are computed from the real values and never materialized.
 * @param channels length of the last axis
 */
export function bitsOf(backend: WasmBackend, formula: Formula, channels: number): Bits {
  if (formula.bits?.channels === channels) return formula.bits;
  const dropped = formula.operation === "dropout" && formula.parameters[1] !== 0;
  const inner = formula.operation === "dropout" ? formula.inputs[0]! : formula;
  const real = inner.operation === "sign" ? inner.inputs[0]! : undefined;
  // Kernels read up to seven bytes past the last pixel.
  const bytes = (formula.length / channels) * Math.ceil(channels / 8) + 8;
  const signs = new Block(backend.tensors, bytes);
  let valid: Block | undefined;
  try {
    if (!real || dropped) valid = new Block(backend.tensors, bytes);
    const masks = valid?.address ?? 0;
    if (real) packSigns(backend, real, channels, signs.address, masks, dropped ? formula.parameters : []);
    else if (!packBits(backend, formula, channels, signs.address, masks)) {
      valid?.release();
      valid = undefined;
    }
  } catch (error) {
    signs.release();
    valid?.release();
    throw error;
  }
  formula.bits?.signs.release();
  formula.bits?.valid?.release();
  formula.bits = { channels, signs, valid };
  return formula.bits;
}

/** @returns whether any value is 0 */
function packBits(backend: WasmBackend, formula: Formula, channels: number, signs: number, masks: number): boolean {
  const count = formula.length;
  let anyGap = false;
  withProgram(backend, [formula], channels, ({ address, length, block, scratch }) => {
    const total = Math.ceil(count / block);
    backend.withScratch(Math.max(1, total), (gaps) => {
      const cut = { total, grain: grainOf(total, 16), scratch, work: { bytes: 4 * count } };
      backend.run("packBits", cut, address, count, channels, length, signs, masks, gaps);
      anyGap = new Uint8Array(backend.tensors.memory.buffer, gaps, total).includes(1);
    });
  });
  return anyGap;
}

/** The signs after a chain of batch norms and ReLUs: the chain's input is compared with one float per channel. */
function packSigns(
  backend: WasmBackend,
  real: Formula,
  channels: number,
  address: number,
  masks: number,
  [seed = 0, threshold = 0]: readonly number[],
): void {
  const chain: Formula[] = [];
  let base = real;
  while (base.operation === "relu" || (base.operation === "normalize" && base.channels === channels)) {
    chain.push(base);
    base = base.inputs[0]!;
  }
  withThresholds(backend, chain, channels, (thresholds, length) => {
    const behind = { address, thresholds, length };
    const { signs, valuesAndSigns } = base.forms;
    if (signs?.channels === channels && !masks) return signs.compute(behind);
    if (valuesAndSigns?.channels === channels && !masks) return base.become(valuesAndSigns.compute(behind));
    backend.materialize(base);
    const total = real.length / channels;
    const cut = { total, grain: grainOf(total, Math.ceil(16_384 / channels)), work: { bytes: 4 * real.length } };
    backend.run("packSigns", cut, base.block!.address, channels, thresholds, length, address, masks, seed, threshold);
  });
}

/** @param chain from its end to its beginning */
function withThresholds(
  backend: WasmBackend,
  chain: readonly Formula[],
  channels: number,
  use: (thresholds: number, length: number) => void,
): void {
  const { wasm, tensors } = backend;
  // The chain as if over values in memory; they are never read.
  const block = new Block(tensors, 4);
  const { address: base } = block;
  let last = new Formula("load", { length: channels, block });
  for (const { operation, block, channels } of chain.toReversed()) {
    const next = new Formula(operation, { inputs: [last], ...(block && { block: block.hold() }), ...(channels && { channels }) });
    last.release();
    last = next;
  }
  try {
    withProgram(backend, [last], channels, ({ address, length, scratch }) => {
      backend.withScratch(8 * length + 32, (thresholds) => {
        backend.withScratch(scratch + wasm.thresholdScratch(length), (work) =>
          wasm.signThresholds(address, base, length, work, work + scratch, thresholds),
        );
        use(thresholds, length);
      });
    });
  } finally {
    last.release();
  }
}
