import { ContractError } from "./contract-error.ts";
import { describeValue } from "./describe-value.ts";

/**
 * Checks sample weights [samples]: all finite, with a sum above 0. Single weights may be negative, since a draw treats them as 0.
 * @param from for the message: `ensemble scheme samme: begin returned`
 * @throws ContractError
 */
export function checkSampleWeights(from: string, sampleWeights: unknown, samples: number): asserts sampleWeights is Float64Array {
  const fail = (what: string): never => {
    throw new ContractError(
      `${from} ${what}. Sample weights are a Float64Array of ${samples} finite numbers, one a row, with a sum above 0.`,
    );
  };
  if (!(sampleWeights instanceof Float64Array)) return fail(`${describeValue(sampleWeights)} as sample weights`);
  if (sampleWeights.length !== samples) return fail(`${sampleWeights.length} sample weights for ${samples} rows`);
  let sum = 0;
  for (const [row, weight] of sampleWeights.entries()) {
    if (!Number.isFinite(weight)) return fail(`the sample weight ${weight} for row ${row}`);
    sum += weight;
  }
  if (!(sum > 0 && Number.isFinite(sum))) return fail(`sample weights with a sum of ${sum}`);
}
