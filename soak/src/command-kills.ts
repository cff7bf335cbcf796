import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { root } from "../../e2e/benn.ts";
import { drawsOf, type Exam, type Part, type Setting, tryEach } from "./part.ts";
import { isBuilt, openToyCommand, trainWords } from "./toy/toy-command.ts";

const TRIALS = 40;
/** System calls that change a folder. */
const CALLS = "mkdir,rename,fsync,fdatasync,ftruncate,unlink,rmdir,write,pwrite64";
/** Per thread; more than a run has. */
const MOST_CALLS = 60;

export const commandKills: Part = {
  name: "command-kills",
  summary:
    "The built command is killed (SIGKILL) at a drawn time from its start on, or, where strace is found, by the kernel on entering the n-th system call that changes a folder. It must go on to the bytes of a run undisturbed.",
  open,
};

async function open(setting: Setting): Promise<Exam | string> {
  if (!isBuilt()) return "not held: the command is not built (pnpm build)";
  const { folder, jobs } = setting;
  const traces = spawnSync("strace", ["--version"]).status === 0;
  const command = await openToyCommand(folder);
  return {
    trials: TRIALS,
    run: tryEach(async (number) => {
      const random = drawsOf(setting, "command-kills", number);
      const cwd = join(folder, String(number));
      mkdirSync(cwd);
      const words = [process.execPath, join(root, "packages/cli-ink/dist/benn.js"), ...trainWords("plain")];
      const traced = traces && number % 2 === 0;
      const [program = "", ...args] = traced
        ? ["strace", "-f", "-qq", "-o", "/dev/null", "-e", `trace=${CALLS}`, "-e", `inject=${CALLS}:signal=SIGKILL:when=${1 + random.integer(MOST_CALLS)}`, ...words] // prettier-ignore
        : words;
      const child = spawn(program, args, { cwd, stdio: "ignore" });
      const closed = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
      if (!traced) {
        await Promise.race([wait(random.uniform() * (1500 + command.milliseconds)), closed]);
        child.kill("SIGKILL");
      }
      const [code] = await closed;
      await command.goOn(cwd);
      rmSync(cwd, { recursive: true });
      return code === 0 ? "ended before the kill" : traced ? "killed on entering a system call" : "killed at a drawn time";
    }, jobs),
    notes: () => (traces ? [] : ["strace was not found, so all were killed at drawn times"]),
  };
}
