// A network of its own for a process, which a test can cut: packets are swallowed, and no error comes back.
import { spawnSync } from "node:child_process";

export interface TestNetwork {
  /** Of this machine, as the process sees it. */
  readonly address: string;
  /** Words that start a process there. */
  readonly before: readonly string[];
  cut(): void;
  mend(): void;
  remove(): void;
}

function ip(...words: string[]): boolean {
  return spawnSync("ip", words).status === 0;
}

/** @returns undefined where this machine allows none */
export function makeNetwork(): TestNetwork | undefined {
  const id = process.pid % 16_000;
  const [name, here, there] = [`benn-${id}`, `bn${id}a`, `bn${id}b`];
  const [high, low] = [Math.floor(id / 64), (id % 64) * 4];
  const [address, other] = [`10.77.${high}.${low + 1}`, `10.77.${high}.${low + 2}`];
  const remove = (): void => {
    ip("link", "del", here);
    ip("netns", "del", name);
  };
  const isMade =
    ip("netns", "add", name) &&
    ip("link", "add", here, "type", "veth", "peer", "name", there) &&
    ip("link", "set", there, "netns", name) &&
    ip("addr", "add", `${address}/30`, "dev", here) &&
    ip("link", "set", here, "up") &&
    ip("netns", "exec", name, "ip", "addr", "add", `${other}/30`, "dev", there) &&
    ip("netns", "exec", name, "ip", "link", "set", there, "up");
  if (!isMade) {
    remove();
    console.warn("A cut network is not tested: this machine allows no network namespaces (ip netns, as root).");
    return undefined;
  }
  return {
    address,
    before: ["ip", "netns", "exec", name],
    cut: () => void ip("link", "set", here, "down"),
    mend: () => void ip("link", "set", here, "up"),
    remove,
  };
}
