import { OutOfMemoryError } from "../out-of-memory.ts";
import { UserError } from "../user-error.ts";
import { partRows } from "./part-rows.ts";
import type { ResolvedConfig } from "./resolve-config.ts";

type BatchConfig = Pick<ResolvedConfig, "batchSize" | "gradientAccumulationSteps">;

/**
 * Rethrows the error; for full memory, adds what to do about it.
 * @param batch number of rows
 * @throws UserError if memory is full
 */
export function adviseOnMemory(member: number, batch: number, config: BatchConfig, error: unknown): never {
  if (!(error instanceof OutOfMemoryError)) throw error;
  const rows = Math.min(batch, partRows(config));
  const gradientAccumulationSteps = Math.min(config.batchSize, 2 * config.gradientAccumulationSteps);
  const fewer = partRows({ ...config, gradientAccumulationSteps });
  throw new UserError(
    `${nameOf(member)}: ${error.message} A batch of ${batch}${rows < batch ? `, ${rows} at a time,` : ""} does not fit: ` +
      (rows > 1
        ? `try --set batchSize=${batch >> 1}, or --set gradientAccumulationSteps=${gradientAccumulationSteps}, which computes ${fewer} of its rows at a time.`
        : "choose a smaller network."),
    { cause: error },
  );
}

/** Runs `work`; if memory is full, the error says what to do about it. */
export function withMemoryAdvice<T>(member: number, batch: number, config: BatchConfig, run: () => T): T {
  try {
    return run();
  } catch (error) {
    return adviseOnMemory(member, batch, config, error);
  }
}

/** Numbered from 1, as on the screen. */
export function nameOf(member: number): string {
  return member < 0 ? "the model before member 1" : `member ${member + 1}`;
}
