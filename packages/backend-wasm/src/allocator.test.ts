import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Allocator } from "./allocator.ts";

describe("Allocator", () => {
  it("gives blocks that are aligned, apart from one another and within reach, and takes all of them back", () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(5000), fc.nat(1000)), { maxLength: 300 });
    fc.assert(
      fc.property(steps, (list) => {
        let reached = 0;
        const allocator = new Allocator(1, (end) => (reached = Math.max(reached, end)));
        const out: { address: number; bytes: number }[] = [];
        for (const [take, bytes, which] of list) {
          if (take || out.length === 0) {
            const block = { address: allocator.allocate(bytes), bytes };
            expect(block.address % 64).toBe(0);
            expect(block.address).toBeGreaterThan(0);
            expect(block.address + bytes).toBeLessThanOrEqual(reached);
            for (const { address, bytes: size } of out) {
              expect(block.address + bytes <= address || address + size <= block.address).toBe(true);
            }
            out.push(block);
          } else allocator.free(out.splice(which % out.length, 1)[0]!.address);
        }
        for (const { address } of out) allocator.free(address);
        expect(allocator.bytesInUse).toBe(0);
        expect(allocator.end).toBe(64); // all gaps were merged and returned
      }),
      { seed: 1 },
    );
  });

  it("does not grow when the same steps are repeated", () => {
    const sizes = fc.array(fc.tuple(fc.integer({ min: 1, max: 100_000 }), fc.nat(100)), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(sizes, (list) => {
        const allocator = new Allocator(64, () => undefined);
        const kept = allocator.allocate(1000);
        const step = () => {
          let high = 0;
          const out: number[] = [];
          for (const [bytes, which] of list) {
            out.push(allocator.allocate(bytes));
            high = Math.max(high, allocator.end);
            if (which < 50) allocator.free(out.splice(which % out.length, 1)[0]!);
          }
          for (const address of out) allocator.free(address);
          return high;
        };
        const first = step();
        for (let i = 0; i < 5; i++) expect(step()).toBe(first);
        allocator.free(kept);
        expect(allocator.bytesInUse).toBe(0);
      }),
      { seed: 2 },
    );
  });

  it("reaches 4 GiB without turning negative, and leaves nothing changed when it may not grow", () => {
    const allocator = new Allocator(64, (end) => {
      if (end > 2 ** 32) throw new Error("full");
    });
    const blocks = Array.from({ length: 3 }, () => allocator.allocate(2 ** 30));
    expect(blocks[2]).toBe(2 ** 31 + 64);
    expect(() => allocator.allocate(2 ** 30)).toThrow("full");
    expect(allocator.bytesInUse).toBe(3 * 2 ** 30);
    allocator.free(blocks[1]!);
    expect(allocator.allocate(2 ** 30)).toBe(blocks[1]);
  });

  it("refuses an address that is not out", () => {
    const allocator = new Allocator(64, () => undefined);
    const address = allocator.allocate(10);
    allocator.free(address);
    expect(() => allocator.free(address)).toThrow("not a block that is out");
  });
});
