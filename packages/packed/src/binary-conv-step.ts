import type { BinaryConvNode } from "./graph.ts";
import { baseOfSigns, baseTables, countClasses, limitTables, packKernel, paddedFilters, wordsOf } from "./pack-kernel.ts";
import { integersOf } from "./read-safetensors.ts";
import { isForTables, tableConvStep } from "./table-conv-step.ts";
import { pixelClasses } from "./window.ts";
import {
  classesAt,
  flipsAt,
  floatsAt,
  type NodeBuffers,
  type NodeKernel,
  type Sums,
  tensorOf,
  type CompileContext,
} from "./compile-context.ts";

/** Counts with limits, which give bits, or sums with scales, which give floats. @param sums instead of the node's */
export function binaryConvStep(
  node: BinaryConvNode,
  place: NodeBuffers,
  workshop: CompileContext,
  sums = sumsOf(node, place, workshop),
): NodeKernel {
  const { x, y } = place;
  const { kernels, plan, popcount } = workshop;
  const [kh, kw] = node.size;
  const [length, filters] = [kh * kw * x.channels, y.channels];
  if (popcount.tables && isForTables(length)) return tableConvStep(node, place, workshop, sums);
  const { vectors } = popcount;
  const bits = tensorOf(node.kernel, workshop).bytes;
  const padded = paddedFilters(filters);
  const classes = pixelClasses([x.height, x.width], node.size, node);
  const kernel = plan.constant(padded * wordsOf(length) * 8, () => packKernel(bits, filters, length, vectors));
  const counted = () => countClasses(bits, { filters, size: node.size, channels: x.channels }, classes);
  const tableBytes = 4 * padded;
  const tablesBytes = tableBytes * classes.rows.length * classes.columns.length;
  const offsets = classesAt(classes, tableBytes, y, workshop);
  plan.needScratch(2 * wordsOf(length) * 8);
  const window = [kh, kw, filters, y.height, y.width, ...node.strides, node.pad[0], node.pad[2]] as const;
  const layer = [x.height, x.width, x.channels, kernel, ...window] as const;
  const { thresholds } = node;
  if (thresholds !== undefined) {
    const tables = plan.constant(tablesBytes, () => limitTables(counted(), integersOf(tensorOf(thresholds, workshop))));
    const flips = flipsAt(node.flips, y, workshop);
    return () => kernels.binaryConvBits(sums.from, ...layer, tables, offsets, flips, sums.to, plan.scratch, Number(vectors));
  }
  const tables = plan.constant(tablesBytes, () => baseTables(counted(), filters, sums.baseOf));
  return () => {
    const { from, to, scale, bias, mode } = sums;
    kernels.binaryConvFloats(from, ...layer, tables, offsets, scale, bias, mode, to, plan.scratch, Number(vectors));
  };
}

function sumsOf({ scale, bias, relu }: BinaryConvNode, { y, from: [from = 0], to }: NodeBuffers, workshop: CompileContext): Sums {
  const at = (key?: string): number => (key === undefined ? 0 : floatsAt(key, y.channels, workshop));
  return { from, to, scale: at(scale), bias: at(bias), mode: Number(relu ?? false), baseOf: baseOfSigns };
}
