import { expect } from "./exam-host.ts";
import { z } from "zod";
import type { Backend, Machine } from "../backend.ts";
import type { Definition } from "../definition.ts";

const GIB = 2 ** 30;
/** From one core with too little memory for a step to more cores than members. */
const machines: readonly Machine[] = [
  { cores: 1, memoryBytes: GIB, stepBytes: 4 * GIB },
  { cores: 2, memoryBytes: 8 * GIB, stepBytes: 0 },
  { cores: 6, memoryBytes: 64 * GIB, stepBytes: GIB },
  { cores: 256, memoryBytes: 1024 * GIB, stepBytes: GIB },
];

/** Checks how a backend with `share` divides machines of all sizes. */
export function expectShare(create: () => Backend, { options: schema = z.object({}) }: Pick<Definition<Backend>, "options">): void {
  const known = z.strictObject(schema.shape).partial();
  for (const machine of machines) {
    const share = create().share?.({ ...machine });
    if (!share) return;
    expect(share.lanes, "lanes: a whole number").toBe(Math.floor(share.lanes));
    expect(share.lanes, "lanes: at least 1").toBeGreaterThanOrEqual(1);
    expect(create().share?.({ ...machine }).lanes, "lanes of the same machine").toBe(share.lanes);
    for (const lanes of [1, share.lanes, share.lanes + 3])
      for (const lane of [0, lanes - 1]) {
        const options = share.options(lane, lanes);
        expect(known.safeParse(options).error?.message ?? "", `options in lane ${lane} of ${lanes}, by the definition's schema`).toBe("");
        for (const again of [share, create().share?.({ ...machine })])
          expect(again?.options(lane, lanes), `options in the same lane ${lane} of ${lanes}`).toEqual(options);
      }
  }
}
