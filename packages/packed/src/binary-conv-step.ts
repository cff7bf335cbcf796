import type { BinaryConvNode } from "./graph.ts";
import { baseTables, countClasses, limitTables, packKernel, paddedFilters, wordsOf } from "./pack-kernel.ts";
import { integersOf } from "./read-safetensors.ts";
import { isForTables, tableConvStep } from "./table-conv-step.ts";
import { pixelClasses } from "./window.ts";
import { classesAt, flipsAt, floatsAt, type Place, type Step, tensorOf, type Workshop } from "./workshop.ts";

/** Counts against limits, which give bits, or sums times scales, which give floats. */
export function binaryConvStep(node: BinaryConvNode, place: Place, workshop: Workshop): Step {
  const {
    x,
    y,
    from: [a = 0],
    to,
  } = place;
  const { kernels, plan, popcount } = workshop;
  const [kh, kw] = node.size;
  const [length, filters] = [kh * kw * x.channels, y.channels];
  if (popcount.tables && isForTables(length)) return tableConvStep(node, place, workshop);
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
  const { thresholds } = node;
  if (thresholds !== undefined) {
    const tables = plan.constant(tablesBytes, () => limitTables(counted(), integersOf(tensorOf(thresholds, workshop))));
    const flips = flipsAt(node.flips, y, workshop);
    return () =>
      kernels.binaryConvBits(
        a,
        x.height,
        x.width,
        x.channels,
        kernel,
        ...window,
        tables,
        offsets,
        flips,
        to,
        plan.scratch,
        Number(vectors),
      );
  }
  const tables = plan.constant(tablesBytes, () => baseTables(counted(), filters));
  const scale = floatsAt(node.scale ?? "", filters, workshop);
  const bias = node.bias === undefined ? 0 : floatsAt(node.bias, filters, workshop);
  const relu = Number(node.relu ?? false);
  return () =>
    kernels.binaryConvFloats(
      a,
      x.height,
      x.width,
      x.channels,
      kernel,
      ...window,
      tables,
      offsets,
      scale,
      bias,
      relu,
      to,
      plan.scratch,
      Number(vectors),
    );
}
