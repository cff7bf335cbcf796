import type { NativePackage } from "./native-package.ts";

export interface Explanation {
  readonly reason: string;
  readonly remedy: string;
}

const VERSION = "4.22.0";

/** A sentence on why the package could not be loaded, and what to do about it. */
export function explainFailure(name: NativePackage, error: unknown): Explanation {
  const { code, message } = error instanceof Error ? (error as NodeJS.ErrnoException) : { code: undefined, message: String(error) };
  const [line = ""] = message.split("\n");
  if (code === "MODULE_NOT_FOUND" && message.includes(`'${name}'`)) {
    return { reason: `${name} is not installed.`, remedy: `Install it beside benn: npm install ${name}@${VERSION}` };
  }
  const library = /(lib(?:cudart|cublas\w*|cufft|curand|cusolver|cusparse|cudnn)\S*): cannot open shared object file/.exec(message)?.[1];
  if (library) {
    return {
      reason: `${name} does not find ${library}.`,
      remedy:
        "It needs CUDA 11.2 and cuDNN 8.1 (CUDA 12 does not do): install them and add their folder to LD_LIBRARY_PATH, or use @tensorflow/tfjs-node.",
    };
  }
  if (/libtensorflow\S*: cannot open shared object file/.test(message) || message.includes("tfjs_binding.node")) {
    return {
      reason: `${name} is installed without its native library (${line}).`,
      remedy:
        `Its install script did not run, or found no binary for ${process.platform}-${process.arch} and Node ${process.version}. ` +
        `Allow the script and install again, or build it: npm rebuild ${name} --build-addon-from-source`,
    };
  }
  if (/GLIBC(?:XX)?_[\d.]+' not found/.test(message)) {
    return { reason: `${name} needs a newer system than this (${line}).`, remedy: "Use a newer Linux, or the backend wasm." };
  }
  if (message.includes("NODE_MODULE_VERSION") || message.includes("napi")) {
    return { reason: `${name} was built for another Node (${line}).`, remedy: `Use Node 18, 20 or 22, or run npm rebuild ${name}.` };
  }
  return { reason: `${name} cannot be loaded (${line}).`, remedy: "See docs/backends.md, or use the backend wasm." };
}
