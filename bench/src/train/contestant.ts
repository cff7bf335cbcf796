import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** One engine with one setting, in a process of its own that runs steps when it is told to. */
export interface Contestant {
  readonly name: string;
  readonly version: string;
  readonly batch: number;
  /** Milliseconds of each of `count` steps. */
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

type Answer = { ready: string } | { ms: number[]; rss: number } | { error: string };

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
      if (!line || line.done) return { error: complaints.trim().split("\n").at(-1) ?? "it ended" };
      if (line.value.startsWith("{")) return JSON.parse(line.value) as Answer;
    }
  };
  const first = await answer();
  if (!("ready" in first)) return "error" in first ? first.error : "it did not say that it is ready";
  let rss = 0;
  return {
    name,
    version: first.ready,
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
