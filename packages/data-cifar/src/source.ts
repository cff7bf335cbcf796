import type { Images } from "./images.ts";

/** What every source of CIFAR-10 provides. */
export interface Source {
  readonly train: Images;
  readonly test: Images;
  /** Class names. */
  readonly labels: readonly string[];
  /** SHA-256 of each file read, by its name. */
  readonly files: Readonly<Record<string, string>>;
}

/** Called after each file that was read. */
export type OnFile = (done: number, total: number) => void;
