import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { command as bennCommand, openTerminal } from "../../e2e/terminal.ts";
import { drawsOf, type Exam, Fault, oneOf, type Part, type Setting, tryEach } from "./part.ts";
import { folderIn, hasLogged, isBuilt, openToyCommand, trainWords, until } from "./toy/toy-command.ts";

const TRIALS = 30;
const WAYS = ["the window closes", "Ctrl-C", "the reader of its output leaves"] as const;

export const terminals: Part = {
  name: "terminals",
  summary:
    "In a real terminal the window closes, Ctrl-C is typed, or the program behind a pipe ends, at a drawn time of training, with each screen. The run must be saved, leave no lock, and go on to the bytes of a run undisturbed.",
  open,
};

async function open(setting: Setting): Promise<Exam | string> {
  if (!isBuilt()) return "not held: the command is not built (pnpm build)";
  if (spawnSync("script", ["--version"]).status !== 0) return "not held: there is no program `script`, which opens terminals";
  const { folder, jobs } = setting;
  const command = await openToyCommand(folder);
  return {
    trials: TRIALS,
    run: tryEach(async (number) => {
      const random = drawsOf(setting, "terminals", number);
      const way = WAYS[number % WAYS.length]!;
      const ui = oneOf(["ink", "plain", "json"], random);
      const cwd = join(folder, String(number));
      mkdirSync(cwd);
      const line = `${bennCommand} ${trainWords(ui).map((word) => `'${word}'`).join(" ")}`; // prettier-ignore
      const lock = join(folderIn(cwd), "lock.json");
      const after = random.uniform() * command.milliseconds;
      if (way === "the reader of its output leaves") {
        await openTerminal(`${line} | (read line; sleep ${(after / 1000).toFixed(2)})`, cwd).closed;
      } else {
        const terminal = openTerminal(`exec ${line}`, cwd);
        await until(() => hasLogged(cwd, '"type":"step"'), "training");
        const pid = existsSync(lock) ? (JSON.parse(readFileSync(lock, "utf8")) as { pid: number }).pid : undefined;
        await wait(after);
        if (way === "the window closes") terminal.hangUp();
        else terminal.type("\u0003");
        if (pid !== undefined) await until(() => !lives(pid), `${way}, ${ui}: the end of the command`);
        await terminal.closed;
      }
      if (existsSync(lock)) throw new Fault(`${way}, ${ui}: left its lock`);
      const finished = hasLogged(cwd, '"reason":"finished"');
      await command.goOn(cwd);
      rmSync(cwd, { recursive: true });
      return finished ? "had ended" : "saved and gone on with";
    }, jobs),
  };
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
