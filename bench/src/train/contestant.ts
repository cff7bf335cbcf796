import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { DeviceLimits } from "./device.ts";

/** One engine with one setting, in a process of its own that runs steps when it is told to. */
export interface Contestant {
  readonly name: string;
  readonly version: string;
  readonly batch: number;
  /** What its device gives at most, where it was measured. */
  readonly limits?: DeviceLimits | undefined;
  /** Multiply-adds of a step, where it counted them. */
  readonly macs?: { readonly train: number; readonly forward: number } | undefined;
  /** Milliseconds a step of `count`: one number, or one for each. */
  run(what: "train" | "forward", count: number): Promise<number[]>;
  /** Most bytes resident so far. */
  readonly rss: number;
  close(): void;
}

interface Command {
  readonly name: string;
  readonly batch: number;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

type Answer =
  | { ready: string; limits?: DeviceLimits; macs?: { train: number; forward: number } }
  | { ms: number[]; rss: number }
  | { error: string };

/** The line that says what went wrong: an error's own, or the last one. */
function complaint(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.findLast((line) => /^\w*Error: /.test(line)) ?? lines.at(-1) ?? "it ended";
}

/**
 * Starts one. The process says `{ ready }` in a line of JSON, then answers each line `train N` or `forward N` with `{ ms, rss }`.
 * @returns what went wrong, in a string, if it did not get that far
 */
export async function startContestant({ name, batch, command, args, env = {} }: Command): Promise<Contestant | string> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, ...env } });
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaints = (complaints + text).slice(-2000)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<undefined>((resolve) => {
    child.once("error", (error) => {
      complaints += error.message;
      resolve(undefined);
    });
    child.once("exit", () => resolve(undefined));
  });
  child.stdin.on("error", () => {}); // it ended; the answer that does not come tells
  const answer = async (): Promise<Answer> => {
    for (;;) {
      const line = await Promise.race([lines.next(), ended.then(() => new Promise<undefined>((resolve) => setTimeout(resolve, 100)))]);
      if (!line || line.done) return { error: complaint(complaints) };
      if (line.value.startsWith("{")) return JSON.parse(line.value) as Answer;
    }
  };
  const first = await answer();
  if (!("ready" in first)) return "error" in first ? first.error : "it did not say that it is ready";
  let rss = 0;
  return {
    name,
    version: first.ready,
    limits: first.limits,
    macs: first.macs,
    batch,
    get rss() {
      return rss;
    },
    async run(what, count) {
      child.stdin.write(`${what} ${count}\n`);
      const given = await answer();
      if (!("ms" in given)) throw new Error(`${name}: ${"error" in given ? given.error : "did not answer"}`);
      rss = Math.max(rss, given.rss);
      return given.ms;
    },
    close: () => void child.kill(),
  };
}
