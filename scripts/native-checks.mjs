// The checks that scripts/native-tensorflow.mjs runs with the real library, by name. Each returns whether it passed, and a message.
import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * @typedef {object} Place
 * @property {string} root the checkout
 * @property {string} from the folder whose node_modules hold the package
 * @property {string} edition tfjs-node or tfjs-node-gpu
 * @property {string} log file for what commands print
 * @property {string} work folder of its own for what they write
 * @property {NodeJS.ProcessEnv} env in which the package is found
 */

/** Runs a command to its end, with its output in the log. @param {Place} place @param {readonly string[]} words */
function run({ root, log, env, from }, words) {
  const [command = "", ...args] = words;
  // The package's tests take the library for the stand-in where they are told where it is.
  const all = { ...env, BENN_TFJS_NODE: from };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, env: all, encoding: "utf8", maxBuffer: 2 ** 28 });
  appendFileSync(log, `$ ${words.join(" ")}\n${stderr}${stdout}\ncode ${status}\n\n`);
  return { ok: status === 0, stdout, stderr };
}

/** @param {Place} place */
const backendOf = ({ edition }) => (edition === "tfjs-node" ? "node" : "node-gpu");
/** @param {Place} place @param {...string} words */
const benn = (place, ...words) => ["node", join(place.root, "packages/cli-ink/dist/benn.js"), ...words];

/** A run of two small members, the same in each check. @param {Place} place @param {string} name @param {...string} more */
const training = (place, name, ...more) => {
  const rows = ["dataset.trainRows=600", "dataset.testRows=200", "validation=0.2"];
  const set = [`name=${name}`, "members=2", "epochs=2", "architecture.width=0.125", ...rows, ...more];
  const where = ["--backend", backendOf(place), "--out", place.work, "--ui", "json"];
  return benn(place, "train", "--preset", "demo", ...where, "--set", ...set);
};

/** Names and bytes of what a run learned. @param {string} folder @returns {Map<string, Buffer>} */
const learned = (folder) =>
  new Map(
    globSync(["members/*/*.{bin,f32}", "weights/*"], { cwd: folder })
      .toSorted()
      .map((path) => [path, readFileSync(join(folder, path))]),
  );

/** @param {Map<string, Buffer>} a @param {Map<string, Buffer>} b */
function comparison(a, b) {
  const other = [...a].filter(([path, bytes]) => !b.get(path)?.equals(bytes)).map(([path]) => path);
  const ok = a.size > 0 && a.size === b.size && other.length === 0;
  return { ok, said: ok ? `the same bytes in ${a.size} files` : `other bytes in ${other.join(", ") || "the list of files"}` };
}

/** Trains the run of `training` unless an earlier check has. @param {Place} place */
function trained(place) {
  const own = { ...place, work: join(place.work, "..", "train") };
  const folder = join(own.work, "whole");
  if (globSync("members/001/member.json", { cwd: folder }).length === 0) {
    rmSync(own.work, { recursive: true, force: true });
    if (!run({ ...own, log: place.log }, training(own, "whole")).ok) throw new Error(`no run; see ${place.log}`);
  }
  return folder;
}

/** @type {Record<string, (place: Place) => Promise<{ ok: boolean, said: string }>>} */
const asked = {
  async exam(place) {
    const env = { ...place.env, NODE_PATH: "" }; // some of the tests are of a project that has no package
    const { ok, stdout } = run({ ...place, env }, ["vitest", "run", "--project", "packages/backend-node", "native-backend"]);
    return { ok, said: `the tests of the package, testBackend among them: ${stdout.trim().split("\n").at(-1)}` };
  },

  async golden(place) {
    const words = ["node", "--conditions=source", "golden/src/command.ts", "--backend", backendOf(place), "golden/fixtures"];
    const { ok, stdout } = run(place, words);
    return { ok, said: stdout.trim().split("\n").at(-1) ?? "" };
  },

  async train(place) {
    rmSync(place.work, { recursive: true, force: true });
    const folder = trained(place);
    const { ok } = run(place, benn(place, "eval", folder, "--json"));
    return { ok, said: `two members in ${folder}, judged by benn eval` };
  },

  async export(place) {
    mkdirSync(place.work, { recursive: true });
    const out = join(place.work, "whole.benn");
    const { stdout } = run(place, benn(place, "export", trained(place), "--verify", "--json", "--out", out));
    const { members, votes } = JSON.parse(stdout).verification;
    const classes = [...members.map((/** @type {any} */ member) => member.otherClass), ...Object.values(votes)];
    const largest = Math.max(...members.map((/** @type {any} */ member) => member.largestDifference));
    const said = `of 200 images ${Math.max(...classes)} of another class, logits off by up to ${largest.toPrecision(2)}`;
    return { ok: classes.every((count) => count === 0) && largest < 1e-5, said };
  },

  async again(place) {
    rmSync(place.work, { recursive: true, force: true });
    const whole = trained(place);
    run(place, training(place, "whole"));
    return comparison(learned(whole), learned(join(place.work, "whole")));
  },

  async resume(place) {
    rmSync(place.work, { recursive: true, force: true });
    const whole = trained(place);
    const [command = "", ...args] = training(place, "whole");
    const child = spawn(command, args, { cwd: place.root, env: place.env });
    let epochs = 0;
    child.stdout.setEncoding("utf8").on("data", (text) => {
      epochs += text.split('"type":"epoch"').length - 1;
      if (epochs >= 3) child.kill("SIGINT"); // within the second member
    });
    const code = await new Promise((resolve) => child.once("close", resolve));
    const stopped = globSync("members/001/member.json", { cwd: join(place.work, "whole") }).length === 0;
    const { ok } = run(place, benn(place, "train", "--resume", join(place.work, "whole"), "--ui", "plain"));
    const { ok: same, said } = comparison(learned(whole), learned(join(place.work, "whole")));
    return { ok: ok && same && stopped, said: `stopped by Ctrl-C (code ${code}) in member 2 and gone on with: ${said}` };
  },

  async threads(place) {
    rmSync(place.work, { recursive: true, force: true });
    const independent = ["mode=independent", "scheme=bagging"];
    run(place, training(place, "one", ...independent));
    run(place, training(place, "two", ...independent, "parallel=2"));
    return comparison(learned(join(place.work, "one")), learned(join(place.work, "two")));
  },

  async doctor(place) {
    const { stdout } = run(place, benn(place, "doctor", "--json"));
    const found = JSON.parse(stdout).backends.find((/** @type {any} */ report) => report.name === backendOf(place));
    const said = found.ok ? `${found.description}, ${found.imagesPerSecond.toFixed(0)} images/s` : `${found.reason} ${found.remedy}`;
    return { ok: found.ok, said };
  },

  async bench(place) {
    const speeds = ["wasm", backendOf(place)].map((backend) => {
      const words = benn(
        place,
        "bench",
        "--backend",
        backend,
        "--set",
        "architecture.width=0.25",
        "batchSize=64",
        "--rounds",
        "3",
        "--json",
      );
      const { training } = JSON.parse(run(place, words).stdout);
      return `${backend} ${training.imagesPerSecond.toFixed(0)}`;
    });
    return { ok: true, said: `images/s, NIN of width 0.25, batch 64: ${speeds.join(", ")}` };
  },
};

/** @type {Record<string, (place: Place) => Promise<{ ok: boolean, said: string }>>} what fails on the way is told, and the next one goes on */
export const checks = Object.fromEntries(
  Object.entries(asked).map(([name, check]) => [
    name,
    async (/** @type {Place} */ place) => {
      writeFileSync(place.log, "");
      try {
        return await check(place);
      } catch (error) {
        return { ok: false, said: `${error instanceof Error ? error.message : String(error)}; see ${place.log}` };
      }
    },
  ]),
);
