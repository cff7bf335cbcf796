import { expect, test } from "vitest";
import { explainFailure } from "./explain-failure.ts";

const gpu = "@tensorflow/tfjs-node-gpu";
const coded = (message: string, code: string): Error => Object.assign(new Error(message), { code });

test.for([
  [
    "not installed",
    coded(`Cannot find module '${gpu}'\nRequire stack:`, "MODULE_NOT_FOUND"),
    /is not installed.*npm install @tensorflow\/tfjs-node-gpu@4/,
  ],
  [
    "no CUDA",
    coded("libcudart.so.11.0: cannot open shared object file: No such file", "ERR_DLOPEN_FAILED"),
    /libcudart\.so\.11\.0.*CUDA 11\.2/,
  ],
  ["no cuDNN", coded("libcudnn.so.8: cannot open shared object file: No such file", "ERR_DLOPEN_FAILED"), /libcudnn\.so\.8.*cuDNN 8\.1/],
  [
    "no library",
    coded("libtensorflow.so.2: cannot open shared object file", "ERR_DLOPEN_FAILED"),
    /without its native library.*npm rebuild/,
  ],
  [
    "no binding",
    coded("The specified module could not be found: /x/napi-v8/tfjs_binding.node", "MODULE_NOT_FOUND"),
    /without its native library/,
  ],
  ["an old system", coded("version `GLIBC_2.34' not found (required by libtensorflow)", "ERR_DLOPEN_FAILED"), /newer system/],
  ["another Node", coded("compiled against NODE_MODULE_VERSION 108", "ERR_DLOPEN_FAILED"), /another Node.*npm rebuild/],
  ["something else", new Error("out of luck\nat somewhere"), /cannot be loaded \(out of luck\)/],
] as const)("%s is told in one line, with what to do", ([, error, wanted]) => {
  const { reason, remedy } = explainFailure(gpu, error);
  expect(`${reason} ${remedy}`).toMatch(wanted);
  expect(`${reason} ${remedy}`).not.toContain("\n");
});
