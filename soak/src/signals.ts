import { once } from "node:events";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { start } from "../../e2e/benn.ts";
import { exitCodeOf, STOP_SIGNALS } from "../../packages/cli-ink/src/command/exit-codes.ts";
import { drawsOf, type Exam, Fault, type Part, type Setting, tryEach } from "./part.ts";
import { folderIn, isBuilt, openToyCommand, trainWords } from "./toy/toy-command.ts";

const TRIALS = 40;

export const signals: Part = {
  name: "signals",
  summary:
    "The command that trains gets each signal to stop at a drawn time, while it starts or while it trains, once or twice. It must save, end with the signal's code, leave no lock, and go on to the bytes of a run undisturbed.",
  open,
};

async function open(setting: Setting): Promise<Exam | string> {
  if (!isBuilt()) return "not held: the command is not built (pnpm build)";
  const { folder, jobs } = setting;
  const command = await openToyCommand(folder);
  return {
    trials: TRIALS,
    run: tryEach(async (number) => {
      const random = drawsOf(setting, "signals", number);
      const signal = STOP_SIGNALS[number % STOP_SIGNALS.length]!;
      const starting = number % 8 === 7;
      const cwd = join(folder, String(number));
      mkdirSync(cwd);
      const { child, finished, shows } = start(trainWords("json"), { cwd });
      const closed = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
      if (!starting) await shows('"type":"step"');
      await wait(random.uniform() * (starting ? 2000 : command.milliseconds));
      child.kill(signal);
      if (random.integer(2) === 0) {
        await wait(random.integer(50));
        child.kill(signal);
      }
      const [[code, killedBy], { stdout, stderr }] = await Promise.all([closed, finished]);
      const about = `${signal}${starting ? " while it started" : ""}: ended with ${code ?? killedBy}${stderr === "" ? "" : ` (${stderr.trim()})`}`;
      const hadEnded = code === 0 || (killedBy === signal && /"type":"run-end","reason":"finished"/.test(stdout));
      // Signals cannot be handled before the command's first line, nor while the process of a finished run ends.
      if (code !== exitCodeOf(signal) && !hadEnded && !(starting && killedBy === signal)) throw new Fault(about);
      if (killedBy === null && existsSync(join(folderIn(cwd), "lock.json"))) throw new Fault(`${about}: left its lock`);
      await command.goOn(cwd);
      rmSync(cwd, { recursive: true });
      return hadEnded ? "had ended" : starting ? "stopped while it started" : "saved and gone on with";
    }, jobs),
  };
}
