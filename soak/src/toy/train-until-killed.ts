// A process that trains a toy run, and may kill itself at a call to the file system.
import { writeSync } from "node:fs";
import { type Call, enterCalls } from "./enter-calls.ts";
import { goOn, type ToyRun } from "./toy-runs.ts";

export interface ToTrain {
  readonly run: ToyRun;
  readonly out: string;
  /** Number of the call, from 1. */
  readonly killAt?: number;
  /** Whether it is killed in the middle of a write: that call, or the next one that writes. */
  readonly tearing?: boolean;
}

const { run, out, killAt = Infinity, tearing = false } = JSON.parse(process.argv[2] ?? "") as ToTrain;
const say = (line: string): void => void writeSync(1, `${line}\n`);
let calls = 0;

await enterCalls(({ tear }: Call) => {
  calls += 1;
  if (calls < killAt || (tearing && !tear)) return;
  if (tearing) tear?.();
  process.kill(process.pid, "SIGKILL");
}, writeSync);
say("ready");
await goOn(run, out, {
  onEvent(event) {
    if (event.type === "member-end") say(`member-end ${event.member}`);
  },
});
say(`calls ${calls}`);
process.exit(0);
