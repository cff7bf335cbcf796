import type { Form } from "./mutate.ts";

/** A reader of bytes that others wrote. */
export interface Reader {
  /** What it reads. */
  readonly reads: string;
  /** Inputs of the whole exam. */
  readonly inputs: number;
  /** @param folder of its own, for readers of files */
  open(folder: string): Promise<Opened>;
}

export interface Opened {
  /** Files that are right, which are changed. */
  readonly seeds: readonly Uint8Array[];
  /** Files that are wrong in a way that chance would not find, and are changed too. */
  readonly hostile?: readonly Uint8Array[];
  readonly form: Form;
  /** Makes a changed file one whose checksum is right, so that the reader looks at what it says. Done to most of them. */
  seal?(bytes: Uint8Array): Uint8Array;
  /**
   * Reads it as the project does, and holds what came of it against what must be so.
   * @throws UserError, PackedError or what else the reader documents, by `refuses`; anything else is a fault
   */
  read(bytes: Uint8Array): unknown;
  /** Whether the reader documents that it throws this, beside errors of the user. */
  refuses?(error: Error): boolean;
}

/** Holds a result against a rule that any must keep. */
export function must(holds: boolean, rule: string): void {
  if (!holds) throw new Error(`the result breaks a rule: ${rule}`);
}
