import { UserError } from "@benn/core/messages";
import { explainError } from "../run/explain-error.ts";
import { EXIT } from "./exit-codes.ts";
import { printableLines } from "./print.ts";

/** Ends the command with this exit code, without a message. */
export class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** The text on standard error for an error, and the exit code: 2 for a mistake of the user or a state of the machine, 1 for a defect. */
export function failure(thrown: unknown, { debug }: { readonly debug: boolean }): { readonly code: number; readonly text: string } {
  if (thrown instanceof Exit) return { code: thrown.code, text: "" };
  const error = explainError(thrown);
  // The packed runtime has no dependencies, so it has its own error class.
  const code = error instanceof UserError || (error instanceof Error && error.name === "PackedError") ? EXIT.mistake : EXIT.fault;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (debug) return { code, text: printableLines(`${stack ?? message}${causes(error)}`) };
  const [first = ""] = message.trim().split("\n").map(shortened);
  return {
    code,
    text: printableLines(code === EXIT.mistake ? `benn: ${shortened(message)}` : `benn: ${first} (an internal error; --debug shows where)`),
  };
}

/** Maximum number of characters of a message: quoted values may have any length. */
const LONGEST = 2000;

/** Keeps the beginning, which says who and what, and the end, which says what to do. */
function shortened(message: string): string {
  return message.length <= LONGEST ? message : `${message.slice(0, LONGEST * 0.6)} … ${message.slice(-LONGEST * 0.4)}`;
}

function causes(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause === undefined) return "";
  return `\ncaused by ${cause instanceof Error ? (cause.stack ?? cause.message) : JSON.stringify(cause)}${causes(cause)}`;
}
