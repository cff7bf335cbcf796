// The output disappears while a run trains: the run is saved, or continues without a screen, and resumes to the same bytes.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { folderBytes } from "../packages/core/src/node/folder-bytes.ts";
import { benn, newFolder, start } from "./benn.ts";
import { quick } from "./quick.ts";
import { command, openTerminal } from "./terminal.ts";

const cwd = newFolder();
const settings = [...quick, "epochs=8", "mode=independent", "scheme=bagging"];
/** Settings of a run of that name, as arguments and as words of a shell. */
const run = (name: string, parallel = 1): string[] => ["train", ...settings, `parallel=${parallel}`, `name=${name}`];
const shell = (...words: readonly string[]): string => `${command} ${words.map((word) => `'${word}'`).join(" ")}`;
const inRun = (name: string, file: string): string => join(cwd, "runs", name, file);
const read = (file: string): string => (existsSync(join(cwd, file)) ? readFileSync(join(cwd, file), "utf8") : "");
const log = (name: string): string => read(`runs/${name}/events.jsonl`);

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await wait(20);
}

/** Waits until a member trains. A member after the first writes into a file of its own. */
async function training(name: string): Promise<number> {
  await until(() => log(name).includes('"type":"step"') && existsSync(inRun(name, "lock.json")));
  return (JSON.parse(readFileSync(inRun(name, "lock.json"), "utf8")) as { pid: number }).pid;
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A line of bash that ends by itself; any output is accepted. */
async function bash(line: string): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = spawn("bash", ["-c", line], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (bytes: Buffer) => (stdout += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (stderr += bytes.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

let whole: Awaited<ReturnType<typeof folderBytes>>;
/** A run that need not be interrupted in the middle. */
let short: typeof whole;
const shortRun = (name: string): string[] => [...run(name), "members=1", "epochs=1"];

async function bytesOf(name: string): Promise<typeof whole> {
  const { "experiment.json": _holdsTheName, ...bytes } = await folderBytes(join(cwd, "runs", name));
  return bytes;
}

/** The run stopped in the middle, is saved and unlocked, and resumes to the bytes of one that never stopped. */
async function savedAndWhole(name: string): Promise<void> {
  expect(log(name).includes('"type":"run-end","reason":"finished"'), "was to be cut").toBe(false);
  expect(existsSync(inRun(name, "checkpoint/latest.safetensors"))).toBe(true);
  expect(existsSync(inRun(name, "lock.json"))).toBe(false);
  const resumed = await benn(["train", "--resume", `runs/${name}`], { cwd });
  expect(resumed.stderr).toBe("");
  expect(resumed.code).toBe(0);
  expect(await bytesOf(name)).toEqual(whole);
}

beforeAll(async () => {
  expect((await benn(run("whole"), { cwd })).code).toBe(0);
  whole = await bytesOf("whole");
  expect((await benn(shortRun("short"), { cwd })).code).toBe(0);
  short = await bytesOf("short");
});

describe("the reader leaves", () => {
  test.for([
    ["head -1", "plain", 1],
    ["grep -m 1 type.:.step", "json", 2],
  ] as const)("`| %s` of %s saves, with %i members at a time, and is no success", async ([reader, ui, parallel]) => {
    const name = `head-${ui}`;
    // The reader exits when its line has arrived; the next write finds no reader.
    const { stderr, stdout } = await bash(`${shell(...run(name, parallel), "--ui", ui)} | ${reader} >/dev/null; echo \${PIPESTATUS[0]}`);
    expect(stdout).toBe("141\n");
    expect(stderr).toContain(`Resume with benn train --resume runs/${name}`);
    await savedAndWhole(name);
  });

  test("with both streams in one pipe it saves all the same", async () => {
    const { stdout } = await bash(`${shell(...run("both"))} 2>&1 | head -1 >/dev/null; echo \${PIPESTATUS[0]}`);
    expect(stdout).toBe("141\n");
    await savedAndWhole("both");
  });

  test.for([
    ["plain", 2],
    ["json", 1],
  ] as const)("Ctrl-C of `| tee log`, which tee dies of first, saves what %s showed, with %i members at a time", async ([ui, parallel]) => {
    const name = `tee-${ui}`;
    const line = `trap : INT; ${shell(...run(name, parallel), "--ui", ui)} 2>${name}.err | tee ${name}.log; echo \${PIPESTATUS[0]} >${name}.code`;
    const terminal = openTerminal(line, cwd);
    await training(name);
    terminal.type("\u0003");
    await terminal.closed;
    expect(["130\n", "141\n"]).toContain(read(`${name}.code`));
    expect(read(`${name}.err`)).toContain(`Resume with benn train --resume runs/${name}`);
    await savedAndWhole(name);
  });

  test("a list that is cut by `| head` ends in silence, and not as done", async () => {
    const { stdout, stderr } = await bash(`(sleep 0.2; ${shell("plugins")}; echo $? >list.code) | true; cat list.code`);
    expect(stderr).toBe("");
    expect(stdout).toBe("141\n");
  });
});

describe("the terminal goes away", () => {
  test.for([
    ["ink", 1],
    ["ink", 2],
    ["plain", 2],
    ["json", 1],
  ] as const)("a closed window or a dropped connection saves: %s, %i members at a time", async ([ui, parallel]) => {
    const name = `closed-${ui}-${parallel}`;
    const terminal = openTerminal(`exec ${shell(...run(name, parallel), "--ui", ui)}`, cwd);
    const pid = await training(name);
    terminal.hangUp();
    await until(() => !lives(pid));
    await savedAndWhole(name);
  });

  test.for([
    ["trap '' HUP;", "ink", 1],
    ["trap '' HUP;", "plain", 2],
    ["exec nohup", "plain", 1],
  ] as const)("with hang-ups ignored (%s) training continues without a screen: %s, %i members at a time", async ([how, ui, parallel]) => {
    const name = `on-${ui}-${parallel}`;
    const terminal = openTerminal(`${how} ${shell(...run(name, parallel), "--ui", ui)} 2>${name}.err`, cwd);
    const pid = await training(name);
    terminal.hangUp();
    if (how.includes("nohup")) process.kill(pid, "SIGHUP"); // of an interactive shell
    await until(() => !lives(pid));
    expect(log(name)).toContain('"type":"run-end","reason":"finished"');
    expect(existsSync(inRun(name, "lock.json"))).toBe(false);
    if (!how.includes("nohup")) expect(read(`${name}.err`)).toContain("The terminal is gone; training continues without a screen.");
    expect(await bytesOf(name)).toEqual(whole);
  });
});

describe("the output cannot be written", () => {
  test("a full disk behind standard output costs only the screen, and is reported once", async () => {
    const { code, stderr } = await bash(`${shell(...shortRun("full"))} >/dev/full`);
    expect(stderr).toBe("standard output: cannot be written: the disk is full (ENOSPC). Training continues without a screen.\n");
    expect(code).toBe(0);
    expect(await bytesOf("full")).toEqual(short);
  });

  test.for(["2>&-", ">&-", ">/dev/full 2>/dev/full", "2>/dev/full >/dev/null"])("%s costs nothing", async (streams) => {
    const name = `closed-${streams.replaceAll(/\W/g, "")}`;
    expect((await bash(`${shell(...shortRun(name))} ${streams}`)).code).toBe(0);
    expect(await bytesOf(name)).toEqual(short);
  });

  test("a list that cannot be written is refused in a sentence", async () => {
    const { code, stderr } = await bash(`${shell("plugins")} >/dev/full`);
    expect(stderr).toBe("benn: standard output: cannot be written: the disk is full (ENOSPC).\n");
    expect(code).toBe(2);
  });
});

describe("signals", () => {
  test.for([
    ["SIGTERM", 143, 1],
    ["SIGHUP", 129, 1],
    ["SIGUSR1", 138, 2],
    ["SIGUSR2", 140, 1],
  ] as const)("%s saves and ends with %i, also when it comes again", async ([signal, exitCode, parallel]) => {
    const name = signal.toLowerCase();
    const running = start(run(name, parallel), { cwd });
    await training(name);
    running.child.kill(signal);
    running.child.kill(signal);
    const { code, stderr } = await running.finished;
    expect(stderr).toBe(`${signal}: stopping after this batch and saving.\n`); // no message of a debugger
    expect(code).toBe(exitCode);
    await savedAndWhole(name);
  });

  test("SIGUSR1 ends a command that has nothing to save, and opens no debugger", async () => {
    const running = start(["watch", "runs/whole", "--speed", "0.001"], { cwd });
    await running.shows("whole:");
    running.child.kill("SIGUSR1");
    const { code, stderr } = await running.finished;
    expect(stderr).toBe("");
    expect(code).toBe(138);
  });
});
