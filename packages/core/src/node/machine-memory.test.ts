import { totalmem } from "node:os";
import { afterEach, expect, test, vi } from "vitest";
import { machineMemory } from "./machine-memory.ts";

afterEach(() => vi.restoreAllMocks());

test("the memory of a container counts, and of one without a limit that of the machine", () => {
  const limit = vi.spyOn(process, "constrainedMemory");
  for (const [constrained, memory] of [
    [300e6, 300e6],
    [0, totalmem()],
    [2 ** 64, totalmem()],
  ] as const) {
    limit.mockReturnValue(constrained);
    expect(machineMemory()).toBe(memory);
  }
});
