import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { DeviceLimits } from "@benn/core";

/** A training step, or an evaluation step, which is the forward pass alone. */
export type StepKind = "train" | "forward";

/** One engine with one setting, in a separate process that runs steps on request. */
export interface EngineProcess {
  readonly version: string;
  /** The device, if it is not the processor. */
  readonly description: string | undefined;
  /** Multiply-adds per step, if it counts them. */
  readonly macs: Readonly<Record<StepKind, number>> | undefined;
  /** Maximum resident bytes so far. */
  readonly rss: number;
  /** Runs `count` steps; returns milliseconds per step. */
  run(kind: StepKind, count: number): Promise<number>;
  /** The device's measured limits, if it reports any. */
  limits(): Promise<DeviceLimits | undefined>;
  close(): void;
}

interface Answer {
  readonly version?: string;
  readonly description?: string;
  readonly macs?: EngineProcess["macs"];
  readonly milliseconds?: number;
  readonly rss?: number;
  readonly limits?: DeviceLimits;
}

/** The line that says what went wrong: that of an error, or the last one. */
function complaint(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.findLast((line) => /^\w*Error: /.test(line)) ?? lines.at(-1) ?? "it ended";
}

/**
 * Starts one. The process prints `{ version, description?, macs? }` in a line of JSON, then answers each line `train N` or `forward N` with
 * `{ milliseconds, rss }` and, if it counts `macs`, `limits` with `{ limits? }`.
 * @throws with its error message if it does not start
 */
export async function startEngine(command: string, args: readonly string[]): Promise<EngineProcess> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaints = (complaints + text).slice(-2000)));
  const ended = new Promise<undefined>((resolve) => {
    child.once("error", (error) => {
      complaints += error.message;
      resolve(undefined);
    });
    child.once("close", () => resolve(undefined));
  });
  child.stdin.on("error", () => {}); // the process has ended; the missing answer reports it
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<Answer> => {
    for (;;) {
      const line = await Promise.race([lines.next(), ended]);
      if (!line || line.done) {
        await ended;
        throw new Error(complaint(complaints));
      }
      if (line.value.startsWith("{")) return JSON.parse(line.value) as Answer;
    }
  };
  const ask = (question: string): Promise<Answer> => {
    child.stdin.write(`${question}\n`);
    return answer();
  };
  const { version = "", description, macs } = await answer();
  let rss = 0;
  return {
    version,
    description,
    macs,
    get rss() {
      return rss;
    },
    async run(kind, count) {
      const given = await ask(`${kind} ${count}`);
      rss = Math.max(rss, given.rss ?? 0);
      return given.milliseconds ?? Number.NaN;
    },
    limits: async () => (macs ? (await ask("limits")).limits : undefined),
    close: () => void child.kill(),
  };
}
