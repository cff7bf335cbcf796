import type { SplitName } from "@benn/core";

/** Splits as people read them: "training images". */
export const SPLIT_WORDS: Readonly<Record<SplitName, string>> = { train: "training", validation: "validation", test: "test" };
