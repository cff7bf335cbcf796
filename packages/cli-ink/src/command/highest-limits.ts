import type { DeviceLimits, ProfileRow } from "@benn/core";

/**
 * Peak throughput of a device: the highest value seen by the probe programs or by a step's own kernels. No kernel therefore exceeds its
 * limit, however busy the machine was while the probes ran.
 * @param probes at least one
 */
export function highestLimits(probes: readonly DeviceLimits[], rows: readonly ProfileRow[]): DeviceLimits {
  const highest = (bound: keyof DeviceLimits, amount: (row: ProfileRow) => number | undefined): number => {
    const reached = rows.map((row) => (row.bound === bound && row.milliseconds > 0 ? (1000 * (amount(row) ?? 0)) / row.milliseconds : 0));
    return Math.max(...probes.map((probe) => probe[bound]), ...reached);
  };
  return { multiplyAdds: highest("multiplyAdds", ({ macs }) => macs), bytes: highest("bytes", ({ bytes }) => bytes) };
}
