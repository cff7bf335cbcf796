import { wordsOf } from "../pack-kernel.ts";
import { flipsAt, type PlaneSteps } from "../compile-context.ts";
import { levelsOf } from "./levels-of.ts";
import { planeConvStep } from "./plane-conv-step.ts";
import { createPlaneKernels } from "./plane-kernels.ts";

/**
 * Opens the steps of nodes with codes, for kernels with this memory. A value of k-bit codes is k bit planes, [k][height][width][words], the
 * lowest first.
 */
export async function openPlanes(memory: WebAssembly.Memory, given?: WebAssembly.Module): Promise<PlaneSteps> {
  const planes = await createPlaneKernels(memory, given);
  return (node, place, workshop) => {
    const {
      x,
      y,
      from: [a = 0],
      to,
    } = place;
    if (node.op === "planeConv") return planeConvStep(node, place, { ...workshop, own: planes });
    if (node.op === "quantize") {
      const give = levelsOf(node, y, { ...workshop, own: planes });
      return () => give(a, to);
    }
    if (node.op !== "maxPool") throw new Error(`packed: ${node.op} has nothing to do with codes`);
    const window = [...node.size, y.height, y.width, ...node.strides, node.pad[0], node.pad[2]] as const;
    const flips = flipsAt(node.flips, y, workshop);
    return () => planes.maxPlanes(a, x.height, x.width, wordsOf(x.channels), x.planes ?? 1, ...window, flips, to);
  };
}
