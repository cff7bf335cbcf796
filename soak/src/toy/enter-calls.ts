import fs, { type FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

/** A call to the file system that changes something; `tear` performs the first half of it if it writes. */
export interface Call {
  readonly name: string;
  tear?(): void;
}

type Method = (this: unknown, ...args: unknown[]) => unknown;

const OF_PATHS = ["mkdir", "open", "rename", "rm", "rmdir", "unlink", "writeFile", "appendFile", "truncate"] as const;
const OF_HANDLES = ["write", "writeFile", "appendFile", "truncate", "sync", "datasync", "close"] as const;

/**
 * Calls back at every call of this thread to `node:fs/promises` that may change something, whatever the caller.
 * @param writeSync of `node:fs`, to tear a write
 */
export async function enterCalls(enter: (call: Call) => void, writeSync: (fd: number, bytes: Uint8Array) => number): Promise<void> {
  const handle = await fs.open("/dev/null");
  const handles = Object.getPrototypeOf(handle) as Record<string, Method>;
  await handle.close();
  for (const name of OF_HANDLES) {
    const own = handles[name]!;
    handles[name] = function (...args) {
      const [data] = args;
      const bytes = typeof data === "string" || data instanceof Uint8Array ? Buffer.from(data as string) : undefined;
      enter({ name, ...(bytes ? { tear: () => writeSync((this as FileHandle).fd, bytes.subarray(0, bytes.length >> 1)) } : {}) });
      return own.apply(this, args);
    };
  }
  const paths = fs as unknown as Record<string, Method>;
  for (const name of OF_PATHS) {
    const own = paths[name]!;
    paths[name] = function (...args) {
      if (name !== "open" || (args[1] !== undefined && args[1] !== "r")) enter({ name });
      return own.apply(this, args);
    };
  }
  syncBuiltinESMExports();
}
