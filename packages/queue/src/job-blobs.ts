import { readSafetensors, type SafetensorsEntry, type WeightValues, writeSafetensors } from "@benn/core/internals";
import { BlobError } from "./store/blob-store.ts";

// Binary inputs of a job as safetensors: bytes of numbers, and nothing executable.

export function encodeSampleWeights(values: Float64Array): Uint8Array {
  const tensors = new Map<string, SafetensorsEntry>([["sampleWeights", { dtype: "F64", shape: [values.length], data: values }]]);
  return writeSafetensors({ metadata: {}, tensors });
}

export function decodeSampleWeights(bytes: Uint8Array): Float64Array {
  const data = readSafetensors(bytes, "sample weights of a job").tensors.get("sampleWeights")?.data;
  if (data instanceof Float64Array) return data;
  throw new BlobError("sample weights of a job: there are none in the blob. It was written by something else than benn.");
}

export function encodeWeights(weights: WeightValues): Uint8Array {
  const tensors = [...weights].map(
    ([name, { shape, values }]) => [name, { dtype: "F32", shape, data: values } satisfies SafetensorsEntry] as const,
  );
  return writeSafetensors({ metadata: {}, tensors: new Map(tensors) });
}

export function decodeWeights(bytes: Uint8Array): WeightValues {
  const { tensors } = readSafetensors(bytes, "weights of a job");
  return new Map(
    [...tensors].map(([name, { shape, data }]) => {
      if (data instanceof Float32Array) return [name, { shape, values: data }] as const;
      throw new BlobError(`weights of a job: ${name} holds no 32-bit floats. It was written by something else than benn.`);
    }),
  );
}
