import type { ProfileRow } from "./backend.ts";

/**
 * Averages the profiles of several steps: adds up the rows of the same kernel and part, divides by the number of steps, and sorts by
 * descending time.
 */
export function averageRows(profiles: readonly (readonly ProfileRow[])[]): ProfileRow[] {
  const rows = new Map<string, ProfileRow>();
  const share = (value: number): number => value / profiles.length;
  for (const row of profiles.flat()) {
    const key = JSON.stringify([row.kernel, row.part]);
    const before = rows.get(key);
    rows.set(key, {
      ...row,
      calls: (before?.calls ?? 0) + share(row.calls),
      milliseconds: (before?.milliseconds ?? 0) + share(row.milliseconds),
      ...(row.macs === undefined ? {} : { macs: (before?.macs ?? 0) + share(row.macs) }),
      ...(row.bytes === undefined ? {} : { bytes: (before?.bytes ?? 0) + share(row.bytes) }),
    });
  }
  return [...rows.values()].toSorted((a, b) => b.milliseconds - a.milliseconds);
}
