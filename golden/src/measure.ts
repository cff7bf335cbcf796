import type { Check } from "./check.ts";

export interface Result {
  readonly name: string;
  readonly tolerance: number;
  /** NaN if it could not be measured. */
  readonly error: number;
  readonly passed: boolean;
  /** Why it could not be measured. */
  readonly problem?: string;
}

/** Measures one check; an error in it becomes its result, so that the other checks still run. */
export async function measure({ name, tolerance, measure: measured }: Check): Promise<Result> {
  try {
    const error = await measured();
    return { name, tolerance, error, passed: error <= tolerance };
  } catch (error) {
    return { name, tolerance, error: Number.NaN, passed: false, problem: error instanceof Error ? error.message : String(error) };
  }
}
