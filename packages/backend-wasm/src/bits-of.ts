import type { WasmBackend } from "./backend.ts";
import { Block } from "./block.ts";
import type { Bits, Formula } from "./formula.ts";
import { grainOf } from "./grain-of.ts";
import { withProgram } from "./program.ts";

/**
 * Values of −1, 0, +1 as bits, which the formula keeps: the backward pass of a binary layer finds them again, and needs no
 * other form of its input. Signs and dropout are taken from the real values, never written down.
 * @param channels length of the last axis
 */
export function bitsOf(backend: WasmBackend, formula: Formula, channels: number): Bits {
  if (formula.bits?.channels === channels) return formula.bits;
  const dropped = formula.operation === "dropout" && formula.parameters[1] !== 0;
  const inner = formula.operation === "dropout" ? formula.operands[0]! : formula;
  const real = inner.operation === "sign" ? inner.operands[0]! : undefined;
  const mode = real ? (dropped ? 2 : 1) : 0;
  const [seed, threshold] = mode === 2 ? formula.parameters : [0, 0];
  const count = formula.length;
  // Kernels read up to seven bytes past the last pixel.
  const bytes = (count / channels) * Math.ceil(channels / 8) + 8;
  const signs = new Block(backend.tensors, bytes);
  let valid: Block | undefined;
  try {
    if (mode !== 1) valid = new Block(backend.tensors, bytes);
    withProgram(backend, [real ?? formula], channels, ({ address, length, block, scratch }) => {
      const total = Math.ceil(count / block);
      backend.withScratch(Math.max(1, total), (gaps) => {
        const cut = { total, grain: grainOf(total, 16), scratch, work: { bytes: 4 * count } };
        const masks = valid?.address ?? 0;
        backend.run("packBits", cut, address, count, channels, length, signs.address, masks, mode, seed, threshold, gaps);
        if (mode === 0 && !new Uint8Array(backend.tensors.memory.buffer, gaps, total).includes(1)) {
          valid?.release();
          valid = undefined;
        }
      });
    });
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
