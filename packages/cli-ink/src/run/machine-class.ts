import { extname } from "node:path";
import { SHARE_ENV, Worker } from "node:worker_threads";
import { type Spec, UserError } from "@benn/core";
import type { ByteClass } from "@benn/core/node";

/**
 * A name for what this machine computes with a backend; equal on all machines that compute the same.
 * @param plugins files and packages besides the built-in ones, and the folder that their paths are relative to
 */
export function machineClass(backend: Spec, plugins: readonly string[], cwd: string): Promise<ByteClass> {
  const entry = new URL(`../class-worker${extname(import.meta.filename)}`, import.meta.url);
  return new Promise((resolve, reject) => {
    const thread = new Worker(entry, { workerData: { backend, plugins, cwd }, env: SHARE_ENV, stderr: true });
    thread.once("message", (found: ByteClass) => {
      resolve(found);
      void thread.terminate();
    });
    thread.once("error", (cause) => {
      const said = cause instanceof Error ? cause.message : String(cause);
      reject(new UserError(`backend ${backend.name}: does not compute here: ${said.replace(/\.?$/, ".")} See benn doctor.`, { cause }));
    });
    thread.once("exit", (code) => reject(new Error(`the thread that looks at the backend ended with code ${code}`)));
  });
}
