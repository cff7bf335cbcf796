import type { ProfileRow } from "@benn/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { profileLines } from "./bench-lines.ts";
import { highestLimits } from "./highest-limits.ts";

const step = {
  architecture: "nin",
  binarizer: "deterministic",
  shape: [32, 32, 3],
  classes: 10,
  batchSize: 128,
  gradientAccumulationSteps: 1,
  parameters: 1,
  multiplyAdds: { training: 3, evaluation: 1 },
  backend: "wasm",
  device: "WebAssembly",
  machine: { cpu: "a CPU", cores: 2, node: "v26.1.0", platform: "linux x64" },
  of: "training",
  millisecondsPerStep: 1,
} as const;
const amount = fc.double({ min: 0, max: 1e12, noNaN: true });
const row: fc.Arbitrary<ProfileRow> = fc.record({
  kernel: fc.constant("Kernel"),
  part: fc.constant("part"),
  calls: fc.constant(1),
  milliseconds: fc.double({ min: 0, max: 1e4, noNaN: true }),
  macs: amount,
  bytes: amount,
  bound: fc.constantFrom("multiplyAdds", "bytes"),
});
const limits = fc.record({
  multiplyAdds: fc.double({ min: 1, max: 1e15, noNaN: true }),
  bytes: fc.double({ min: 1, max: 1e15, noNaN: true }),
});

test("no kernel of a profile is shown to exceed its limit, whatever the probes found", () => {
  fc.assert(
    fc.property(fc.array(row), fc.array(limits, { minLength: 1 }), (rows, probes) => {
      const lines = profileLines({ ...step, rows, limits: highestLimits(probes, rows) }, rows.length);
      const shares = lines.flatMap((line) => [...line.matchAll(/(\d+) %$/g)].map(([, percent]) => Number(percent)));
      for (const share of shares) expect(share).toBeLessThanOrEqual(100);
    }),
  );
});

test("a limit is that of the highest probe where no kernel reaches it, and each kernel counts for its own limit alone", () => {
  const slow = { kernel: "Conv2D", part: "", calls: 1, milliseconds: 1000, macs: 5, bytes: 900, bound: "multiplyAdds" } as const;
  const probes = [
    { multiplyAdds: 7, bytes: 20 },
    { multiplyAdds: 6, bytes: 30 },
  ];
  expect(highestLimits(probes, [slow])).toEqual({ multiplyAdds: 7, bytes: 30 });
  expect(highestLimits(probes, [{ ...slow, milliseconds: 500 }])).toEqual({ multiplyAdds: 10, bytes: 30 });
});
