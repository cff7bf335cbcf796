import { type ChildProcess, spawn } from "node:child_process";

export interface ProcessOptions {
  /** What to start before `node`, such as `ip netns exec NAME`. */
  readonly before?: readonly string[];
  /** Words behind `node`. */
  readonly node?: readonly string[];
  onLine?(line: string): void;
}

/** Starts a module of this folder in a process of its own. Resolves when it says that it is ready. */
export async function startProcess(module: string, argument: unknown, options: ProcessOptions = {}): Promise<ChildProcess> {
  const entry = new URL(module, import.meta.url).pathname;
  const [command, ...words]: [string, ...string[]] = [
    ...((options.before ?? []) as []),
    process.execPath,
    "--conditions=source",
    ...(options.node ?? []),
    entry,
    JSON.stringify(argument),
  ];
  const child = spawn(command, words, { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise<void>((resolve, reject) => {
    let rest = "";
    child.stdout.on("data", (text: Buffer) => {
      const lines = (rest + text.toString()).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line === "ready") resolve();
        options.onLine?.(line);
      }
    });
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`${module} ended with ${code}`)));
  });
  return child;
}
