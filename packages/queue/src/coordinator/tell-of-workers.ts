import type { Redis } from "ioredis";
import { findWorkers } from "../worker/presence.ts";

/** Says so where no worker listens for a class of machines, and which others there are. */
export async function tellOfWorkers(
  connection: Redis,
  { version, className, news }: { readonly version: string; readonly className: string; news(message: string): void },
): Promise<void> {
  const workers = await findWorkers(connection);
  if (workers.some((worker) => worker.className === className && worker.version === version)) return;
  const others = Map.groupBy(workers, (worker) =>
    worker.version === version ? worker.className : `${worker.className} of version ${worker.version}`,
  );
  const list = [...others]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, { length }]) => `${length} for ${kind}`)
    .join(", ");
  news(
    list === ""
      ? `no worker listens yet. Start one on any machine: benn worker --on URL`
      : `no worker listens for ${className}, which this run wants; there are ${list}. Machines of another class train other bytes: set backend.simd=plain for all, or take theirs with --class.`,
  );
}
