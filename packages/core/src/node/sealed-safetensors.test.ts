import { expect, test } from "vitest";
import { writeSafetensors } from "../safetensors.ts";
import { readSealed, writeSealed } from "./sealed-safetensors.ts";

/** Position of the checksum: after the header's length and `{"__metadata__":{"sha256":"`. */
const SEAL = 35;

const own = {
  metadata: { kind: "test" },
  tensors: new Map([["a", { dtype: "F32", shape: [2], data: Float32Array.of(1, 2) } as const]]),
};

test("what is sealed is read again, and a file without a seal is told apart", () => {
  const { sealed, metadata, tensors } = readSealed(writeSealed(own), "own");
  expect(sealed).toBe(true);
  expect(metadata).toMatchObject({ kind: "test", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(tensors.get("a")).toEqual({ dtype: "F32", shape: [2], data: Float32Array.of(1, 2) });
  expect(readSealed(writeSafetensors(own), "own")).toMatchObject({ sealed: false, metadata: { kind: "test" } });
});

test("a changed byte anywhere is damage, of the seal itself too", () => {
  const bytes = writeSealed(own);
  for (const at of [SEAL, SEAL + 20, SEAL + 63, SEAL + 65, bytes.length - 1]) {
    const changed = bytes.slice();
    changed[at]! ^= 1;
    expect(() => readSealed(changed, "own"), `byte ${at}`).toThrow(
      /^own: has SHA-256 [0-9a-f]{64}, not \S+ as when it was written\. The file was damaged;/,
    );
  }
});

test("what stands in place of a seal is quoted where it is none", () => {
  const bytes = writeSealed(own);
  const quoted = (digit: string, at: number): string => {
    const changed = bytes.slice();
    changed[SEAL + at] = digit.charCodeAt(0);
    try {
      readSealed(changed, "own");
      return "";
    } catch (error) {
      return /not (.*) as when/s.exec((error as Error).message)![1]!;
    }
  };
  for (const at of [0, 30, 63]) {
    expect(quoted("\n", at)).toMatch(/^"[0-9a-f]*\\n[0-9a-f]*"$/);
    expect(quoted("g", at)).toMatch(/^"[0-9a-f]*g[0-9a-f]*"$/);
  }
});
