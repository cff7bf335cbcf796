import { UserError } from "@benn/core";
import { readExperiment } from "@benn/core/node";
import { compareConfigs, flattenConfig } from "@benn/report/configs";

/** Keys that do not affect what is learned, and the seed itself. */
const IGNORED = /^(?:seed|validationSeed|parallel|checkpointSeconds|listeners.*|plugins.*|backend.*|dataset\.(?:data|source|cache))$/;

/**
 * Refuses runs that differ from the first one in more than their seed.
 * @returns the seeds, one per run
 * @throws UserError that names the runs and what differs
 */
export async function refuseOtherRuns(folders: readonly string[]): Promise<number[]> {
  const experiments = await Promise.all(folders.map(readExperiment));
  const [first] = experiments;
  const seeds: number[] = [];
  for (const [i, { config, dataset, data }] of experiments.entries()) {
    const who = `stability: ${folders[i]} is no other training of ${folders[0]}`;
    const differences = compareConfigs(flattenConfig(first!.config), flattenConfig(config));
    const difference = differences.find(({ key }) => !IGNORED.test(key));
    if (difference)
      throw new UserError(
        `${who}: ${difference.key} is ${difference.now ?? "absent"}, not ${difference.before ?? "absent"}. Name runs that differ by seed alone.`,
      );
    if (JSON.stringify([dataset["sha256"], data?.rows]) !== JSON.stringify([first!.dataset["sha256"], first!.data?.rows]))
      throw new UserError(`${who}: it was made with other data. Name runs on the same data.`);
    const { seed = 0 } = config;
    const twin = seeds.indexOf(seed);
    if (twin >= 0)
      throw new UserError(
        `stability: ${folders[twin]} and ${folders[i]} have the same seed, ${seed}. Train one with --set seed=${seed + 1}.`,
      );
    seeds.push(seed);
  }
  return seeds;
}
