// Runs the built command in a separate process, like a user.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export const root: string = dirname(import.meta.dirname);
const entry = join(root, "packages", "cli-ink", "dist", "benn.js");

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves once standard output contains the text. */
  shows(text: string): Promise<void>;
}

interface ProcessOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments of `ulimit` for the process. */
  readonly limit?: string;
}

export function start(args: readonly string[], place: ProcessOptions): Running {
  return startNode([entry, ...args], place);
}

export function runNode(args: readonly string[], place: ProcessOptions): Promise<Finished> {
  return startNode(args, place).finished;
}

function startNode(args: readonly string[], { cwd, env = {}, limit }: ProcessOptions): Running {
  const [command, ...words] =
    limit === undefined ? [process.execPath, ...args] : ["bash", "-c", `ulimit ${limit}; exec "$@"`, "bash", process.execPath, ...args];
  const child = spawn(command, words, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  const waiting: (() => void)[] = [];
  child.stdout.on("data", (bytes: Buffer) => {
    stdout += bytes.toString();
    for (const look of waiting.splice(0)) look();
  });
  child.stderr.on("data", (bytes: Buffer) => (stderr += bytes.toString()));
  const finished = new Promise<Finished>((resolve) => {
    child.on("close", (code) => {
      // Removes progress lines, which appear on slow machines.
      resolve({ code, stdout, stderr: stderr.replaceAll(/^… .*\n/gm, "") });
      for (const look of waiting.splice(0)) look();
    });
  });
  return {
    child,
    finished,
    async shows(text) {
      while (!stdout.includes(text)) {
        if (child.exitCode !== null || child.signalCode !== null) throw new Error(`ended without showing "${text}":\n${stdout}\n${stderr}`);
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
  };
}

export function benn(args: readonly string[], place: ProcessOptions): Promise<Finished> {
  return start(args, place).finished;
}

/** The same, and checks that TensorFlow.js is not loaded in the command's thread: a start would take three times as long. */
export function bennWithoutTensorFlow(args: readonly string[], place: ProcessOptions): Promise<Finished> {
  const hook = `import { registerHooks } from "node:module";
    import { isMainThread } from "node:worker_threads";
    if (isMainThread) registerHooks({ resolve(specifier, context, next) {
      if (specifier.startsWith("@tensorflow/")) throw new Error("loads " + specifier);
      return next(specifier, context);
    } });`;
  return runNode(["--import", `data:text/javascript,${encodeURIComponent(hook)}`, entry, ...args], place);
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "benn-e2e-"));
}
