import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** What inference is measured against. Together they take 450 MB, so they are no dependencies: `--fetch` gets them. */
const PEERS = ["onnxruntime-node@1.30.0", "onnxruntime-web@1.30.0", "@tensorflow/tfjs@4.22.0", "@tensorflow/tfjs-backend-wasm@4.22.0"];

const folder = join(dirname(dirname(dirname(import.meta.dirname))), ".toolchain", "peers");

export function fetchPeers(): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const { status } = spawnSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", ...PEERS], {
    cwd: folder,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("bench infer: npm could not install what to compare with");
}

export function hasPeers(): boolean {
  return existsSync(join(folder, "node_modules"));
}

/** Where a file of a peer lies. */
export function peerPath(name: string): string {
  return join(folder, "node_modules", name);
}

/** What is installed of a peer, if it is. */
export function peerVersion(name: string): string | undefined {
  const file = peerPath(`${name}/package.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version : undefined;
}

/** The CommonJS entry of a peer. */
export function requirePeer(name: string): unknown {
  return createRequire(join(folder, "package.json"))(name);
}
