import fc from "fast-check";
import { expect, test } from "vitest";
import { readSafetensors, type SafetensorsEntry, writeSafetensors } from "./safetensors.ts";

test("what is written is read back, bit for bit", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.float32Array({ maxLength: 20 }), fc.boolean())),
      fc.dictionary(fc.string(), fc.string()),
      (items, metadata) => {
        const tensors = new Map<string, SafetensorsEntry>(
          items
            .filter(([name]) => name !== "__metadata__" && name !== "__proto__")
            .map(([name, values, double]) =>
              double
                ? [name, { dtype: "F64", shape: [values.length], data: Float64Array.from(values) }]
                : [name, { dtype: "F32", shape: [1, values.length], data: values }],
            ),
        );
        const read = readSafetensors(writeSafetensors({ metadata, tensors }), "test");
        expect(new Map(read.tensors)).toEqual(tensors);
        expect({ ...read.metadata }).toEqual({ ...metadata });
      },
    ),
    { seed: 1, numRuns: 60 },
  );
});

const good = writeSafetensors({
  metadata: {},
  tensors: new Map([["w", { dtype: "F32", shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }]]),
});

function withHeader(json: string): Uint8Array {
  const bytes = new Uint8Array(8 + json.length + 16);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(new TextEncoder().encode(json), 8);
  return bytes;
}

test("damaged files are refused with what is wrong", () => {
  expect(() => readSafetensors(new Uint8Array(3), "a.safetensors")).toThrow("a.safetensors: has 3 bytes");
  expect(() => readSafetensors(new Uint8Array(8).fill(255), "a")).toThrow("a: header of");
  expect(() => readSafetensors(good.subarray(0, good.length - 4), "a")).toThrow('tensor "w" lies at 0 to 16 of 12 bytes');
  expect(() => readSafetensors(withHeader("{]"), "a")).toThrow("header is not JSON");
  expect(() => readSafetensors(withHeader('{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,16]}}'), "a")).toThrow(
    "takes 12 bytes, has 16",
  );
  expect(() => readSafetensors(withHeader('{"w":{"dtype":"F99","shape":[3],"data_offsets":[0,16]}}'), "a")).toThrow("header entry w.dtype");
});
