import type { Form } from "./mutate.ts";

/** A reader of untrusted bytes. */
export interface Reader {
  /** What it reads. */
  readonly reads: string;
  /** Number of inputs at full share. */
  readonly inputs: number;
  /** @param folder of its own, for readers of files */
  open(folder: string): Promise<Opened>;
}

export interface Opened {
  /** Valid files, which are mutated. */
  readonly seeds: readonly Uint8Array[];
  /** Files that are invalid in ways that random mutation would not find; they are mutated too. */
  readonly hostile?: readonly Uint8Array[];
  readonly form: Form;
  /** Gives a mutated file a valid checksum, so that the reader checks its contents. Applied to most of them. */
  seal?(bytes: Uint8Array): Uint8Array;
  /**
   * Reads it as the project does, and checks the result against its invariants.
   * @throws UserError, PackedError or what else the reader documents, by `refuses`; anything else is a defect
   */
  read(bytes: Uint8Array): unknown;
  /** Whether the reader documents that it throws this, besides user errors. */
  refuses?(error: Error): boolean;
}

/** Checks an invariant of a result. */
export function must(holds: boolean, rule: string): void {
  if (!holds) throw new Error(`the result breaks a rule: ${rule}`);
}
