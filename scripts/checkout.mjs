// What `bootstrap.mjs` asks of the checkout before it does anything. Plain JavaScript without dependencies, as that is.
import { readFileSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Whether the packages of pnpm-lock.yaml are installed: pnpm keeps the lockfile of its last whole installation.
 * @param {string} root the checkout
 */
export function isInstalled(root) {
  const [wanted, installed] = ["pnpm-lock.yaml", join("node_modules", ".pnpm", "lock.yaml")].map((name) => contents(join(root, name)));
  const whole = statSync(join(root, "node_modules", ".modules.yaml"), { throwIfNoEntry: false });
  return whole !== undefined && wanted !== undefined && wanted === installed;
}

/** @param {string} path */
function contents(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // not there, or not readable: then it is installed anew, which says why it fails
  }
}

/**
 * Why the tools cannot work in a checkout at this path, a sentence; undefined: they can. Programs are found by PATH, which is cut at its
 * delimiter, and Vite, which builds the browser page, takes ? and # for the ends of file names, and % for an escape.
 * @param {string} root the checkout
 */
export function pathProblem(root, cutAt = delimiter) {
  const character = [cutAt, "?", "#", "%"].find((each) => root.includes(each));
  if (character === undefined) return undefined;
  return `benn: the checkout lies in ${JSON.stringify(root)}, and a path with "${character}" is one that its build tools cannot work in. Move it to a path without.`;
}
