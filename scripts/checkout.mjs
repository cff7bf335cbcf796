// Checks of the checkout that `bootstrap.mjs` makes first. Plain JavaScript without dependencies, for the same reason.
import { readFileSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Whether the packages of pnpm-lock.yaml are installed: pnpm keeps the lockfile of its last complete installation.
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
    return undefined; // missing, or not readable: it is then installed again, which reports why it fails
  }
}

/**
 * A sentence on why the tools cannot work in a checkout at this path; undefined if they can. Programs are found by PATH, which is split at
 * its delimiter, and Vite, which builds the browser page, treats ? and # as the end of a file name, and % as an escape.
 * @param {string} root the checkout
 */
export function pathProblem(root, cutAt = delimiter) {
  const character = [cutAt, "?", "#", "%"].find((each) => root.includes(each));
  if (character === undefined) return undefined;
  return `benn: the checkout lies in ${JSON.stringify(root)}, and a path with "${character}" is one that its build tools cannot work in. Move it to a path without.`;
}
