import { fuzzReader } from "./fuzz/fuzz-reader.ts";
import { READERS } from "./fuzz/readers.ts";
import type { Part } from "./part.ts";

/** Every part of the exam, each in a file that is loaded on demand. */
export const PARTS: Readonly<Record<string, () => Promise<Part>>> = {
  kills: async () => (await import("./kills.ts")).kills,
  "power-cuts": async () => (await import("./power-cuts.ts")).powerCuts,
  "full-disk": async () => (await import("./full-disk.ts")).fullDisk,
  "torn-files": async () => (await import("./torn-files.ts")).tornFiles,
  "command-kills": async () => (await import("./command-kills.ts")).commandKills,
  signals: async () => (await import("./signals.ts")).signals,
  terminals: async () => (await import("./terminals.ts")).terminals,
  "thousand-members": async () => (await import("./thousand-members.ts")).thousandMembers,
  ...Object.fromEntries(Object.keys(READERS).map((name) => [`fuzz-${name}`, () => fuzzReader(name)])),
};
