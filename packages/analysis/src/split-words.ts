import type { SplitName } from "@benn/core";

/** Names of splits for people: "training images". */
export const SPLIT_WORDS: Readonly<Record<SplitName, string>> = { train: "training", validation: "validation", test: "test" };
