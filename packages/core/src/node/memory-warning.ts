import { bytes } from "../quantities.ts";
import type { ResolvedConfig } from "../train/resolve-config.ts";

/**
 * A warning for a run whose steps may need more memory than the process may use. The system, and containers in particular, then kill it
 * without a message.
 * @param stepBytes of the largest member, as `stepMemory` computes them
 * @param members that train at a time
 * @param memoryBytes that the process may use
 */
export function memoryWarning(
  stepBytes: number,
  { members, memoryBytes, config }: { members: number; memoryBytes: number; config: Pick<ResolvedConfig, "batchSize"> },
): string | undefined {
  if (members * stepBytes <= memoryBytes) return undefined;
  const [asked, limit] = [members * stepBytes, memoryBytes].map(bytes);
  const steps = members === 1 ? "a training step takes" : `the steps of ${members} members side by side take`;
  const remedies = [
    ...(members > 1 ? ["--set parallel=1"] : []),
    ...(config.batchSize > 1 ? [`--set batchSize=${Math.ceil(config.batchSize / 2)}`, "--set gradientAccumulationSteps=2"] : []),
  ];
  return (
    `${steps} up to about ${asked}, and this process may use ${limit}: the system may kill it. ` +
    (remedies.length > 0 ? `Less memory: ${remedies.join(", or ")}.` : "A smaller network takes less.")
  );
}
