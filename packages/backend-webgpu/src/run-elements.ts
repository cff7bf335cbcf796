import type { TensorInfo } from "@benn/core/tensorflow";
import type { Elements, Uniforms } from "./elements.ts";
import type { GuardedBackend, WebGPUProgram } from "./guarded-backend.ts";

const WORKGROUP = 64;
/** From this many elements on, a thread computes four: such programs are limited by memory bandwidth. */
const MANY = 1 << 20;

/** Computes a tensor of the shape, each element independently. */
export function runElements(backend: GuardedBackend, elements: Elements): TensorInfo {
  const { key, inputs, shape, dtype = "float32", uniforms = {}, functions = "", value } = elements;
  const size = shape.reduce((product, n) => product * n, 1);
  const type = dtype === "float32" ? "f32" : "i32";
  const each = size >= MANY ? 4 : 1;
  const program: WebGPUProgram = {
    shaderKey: `benn_${key}${each === 1 ? "" : "_many"}`,
    variableNames: Object.keys(inputs),
    outputShape: [size],
    uniforms: declare(uniforms),
    size: true,
    workgroupSize: [WORKGROUP, 1, 1],
    dispatchLayout: { x: [0] },
    dispatch: [Math.ceil(size / (WORKGROUP * each)), 1, 1],
    getUserCode: () => `
      ${functions}
      fn valueAt(index : i32) -> ${type} { ${value} }
      fn main(thread : i32) {
        let first = ${each === 1 ? "thread" : `thread / ${WORKGROUP} * ${WORKGROUP * each} + thread % ${WORKGROUP}`};
        for (var i = 0; i < ${each}; i++) {
          let index = first + i * ${WORKGROUP};
          if (index < uniforms.size) { result[index] = valueAt(index); }
        }
      }`,
  };
  const output = elements.output && { ...elements.output, shape: [size] };
  const { dataId } = backend.runWebGPUProgram(program, flat(inputs), dtype, data(uniforms), output);
  return { dataId, shape: [...shape], dtype };
}

/** The same on demand; readers may also fuse `elements` into programs of their own: see `Forms`. */
export function deferElements(backend: GuardedBackend, elements: Elements): TensorInfo {
  const { shape, inputs } = elements;
  return backend.defer(shape, Object.values(inputs), (output) => void runElements(backend, { ...elements, output }), { elements });
}

/** The tensors flattened: programs compute indices themselves, so that one program serves every rank. */
export function flat(inputs: Readonly<Record<string, TensorInfo>>): TensorInfo[] {
  return Object.values(inputs).map(({ dataId, shape, dtype }) => ({
    dataId,
    dtype,
    shape: [shape.reduce((product, n) => product * n, 1)],
  }));
}

export function declare(uniforms: Uniforms): string {
  return Object.entries(uniforms)
    .map(([name, [type]]) => `${name} : ${type}, `)
    .join("");
}

const DATA_TYPES = { f32: "float32", i32: "int32", u32: "uint32" };

export function data(uniforms: Uniforms): { type: string; data: number[] }[] {
  return Object.values(uniforms).map(([type, value]) => ({ type: DATA_TYPES[type], data: [value] }));
}
