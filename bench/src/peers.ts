import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Programs to compare with that are not installed by npm: 430 MB, which `--fetch` downloads. */
export const PEERS = ["onnxruntime-node", "onnxruntime-web"] as const;
export type Peer = (typeof PEERS)[number];
const VERSION = "1.30.0";

const folder = join(dirname(dirname(import.meta.dirname)), ".toolchain", "peers");

export function fetchPeers(): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const packages = PEERS.map((name) => `${name}@${VERSION}`);
  const { status } = spawnSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", ...packages], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) throw new Error(`bench: npm could not install ${packages.join(" and ")}`);
}

/** Installed version of a peer, if any. */
export function peerVersion(name: Peer): string | undefined {
  const file = join(folder, "node_modules", name, "package.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version : undefined;
}

/** The table entry for a peer that is not installed. */
export function absence(name: Peer): string {
  return `${name}: not here; \`pnpm bench infer --fetch\` gets it`;
}

/** The CommonJS entry of a peer. */
export function requirePeer(name: Peer): unknown {
  return createRequire(join(folder, "package.json"))(name);
}
