// Writes the WebAssembly modules beside what is built, for platforms that compile them when they are deployed. They are
// what src has in base64, so both compute the same.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";

const dist = join(import.meta.dirname, "dist");
const { kernelsBase64, RELAXED_AT } = await import(join(dist, "kernels-base64.js"));
const { planeKernelsBase64 } = await import(join(dist, "planes/plane-kernels-base64.js"));
/** @param {string} base64 */
const inflate = (base64) => inflateRawSync(Buffer.from(base64, "base64"));
writeFileSync(join(dist, "kernels.wasm"), inflate(kernelsBase64).subarray(0, RELAXED_AT));
writeFileSync(join(dist, "planes.wasm"), inflate(planeKernelsBase64));
