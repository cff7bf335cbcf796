import type { DeviceLimits, ProfileRow } from "@benn/core";

/**
 * What a device gives at most: the most that was seen, by the programs that look for it or by a step's own kernels. So no kernel
 * exceeds its limit, however busy the machine was while the programs ran.
 * @param probes at least one
 */
export function highestLimits(probes: readonly DeviceLimits[], rows: readonly ProfileRow[]): DeviceLimits {
  const highest = (bound: keyof DeviceLimits, amount: (row: ProfileRow) => number | undefined): number => {
    const reached = rows.map((row) => (row.bound === bound && row.milliseconds > 0 ? (1000 * (amount(row) ?? 0)) / row.milliseconds : 0));
    return Math.max(...probes.map((probe) => probe[bound]), ...reached);
  };
  return { multiplyAdds: highest("multiplyAdds", ({ macs }) => macs), bytes: highest("bytes", ({ bytes }) => bytes) };
}
