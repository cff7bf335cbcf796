import type { BinaryConvNode, Shape } from "./graph.ts";
import { baseOfSigns, type BaseOf, baseTables, countClasses, limitTables, packKernel, paddedFilters, wordsOf } from "./pack-kernel.ts";
import { integersOf } from "./read-safetensors.ts";
import { type BitWindow, isForTables, type SumSigns, tableConvStep, tableSums } from "./table-conv-step.ts";
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
  const window: BitWindow = { ...node, bits: tensorOf(node.kernel, workshop).bytes };
  const { thresholds } = node;
  if (thresholds === undefined) {
    const run = sumSigns(window, place, baseOfSigns, workshop);
    const scale = floatsAt(node.scale ?? "", y.channels, workshop);
    const bias = node.bias === undefined ? 0 : floatsAt(node.bias, y.channels, workshop);
    const mode = Number(node.relu ?? false);
    return () => run(a, scale, bias, mode, to);
  }
  const flips = flipsAt(node.flips, y, workshop);
  const limits = integersOf(tensorOf(thresholds, workshop));
  if (popcount.tables && isForTables(window, x)) {
    const run = tableConvStep(window, place, limits, workshop);
    return () => run(a, flips, to);
  }
  const { kernel, moves, counted, tablesBytes, offsets } = counting(window, place, workshop);
  const tables = plan.constant(tablesBytes, () => limitTables(counted(), limits));
  const vectors = Number(popcount.vectors);
  return () =>
    kernels.binaryConvBits(a, x.height, x.width, x.channels, kernel, ...moves, tables, offsets, flips, to, plan.scratch, vectors);
}

/** @param baseOf what sums begin with */
export function sumSigns(window: BitWindow, place: Pick<Place, "x" | "y">, baseOf: BaseOf, workshop: Workshop): SumSigns {
  const { kernels, plan, popcount } = workshop;
  const { x, y } = place;
  if (popcount.tables && isForTables(window, x)) return tableSums(window, place, baseOf, workshop);
  const { kernel, moves, counted, tablesBytes, offsets } = counting(window, place, workshop);
  const tables = plan.constant(tablesBytes, () => baseTables(counted(), y.channels, baseOf));
  const vectors = Number(popcount.vectors);
  return (a, scale, bias, mode, to) =>
    kernels.binaryConvFloats(
      a,
      x.height,
      x.width,
      x.channels,
      kernel,
      ...moves,
      tables,
      offsets,
      scale,
      bias,
      mode,
      to,
      plan.scratch,
      vectors,
    );
}

/** What counting by a popcount takes, whatever becomes of the counts. */
function counting(window: BitWindow, { x, y }: { readonly x: Shape; readonly y: Shape }, workshop: Workshop) {
  const { plan, popcount } = workshop;
  const { size, bits, strides, pad } = window;
  const [length, filters] = [size[0] * size[1] * x.channels, y.channels];
  const padded = paddedFilters(filters);
  const classes = pixelClasses([x.height, x.width], size, window);
  const kernel = plan.constant(padded * wordsOf(length) * 8, () => packKernel(bits, filters, length, popcount.vectors));
  plan.needScratch(2 * wordsOf(length) * 8);
  return {
    kernel,
    moves: [...size, filters, y.height, y.width, ...strides, pad[0], pad[2]] as const,
    counted: () => countClasses(bits, { filters, size, channels: x.channels }, classes),
    tablesBytes: 4 * padded * classes.rows.length * classes.columns.length,
    offsets: classesAt(classes, 4 * padded, y, workshop),
  };
}
