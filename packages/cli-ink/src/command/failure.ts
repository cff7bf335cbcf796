import { UserError } from "@benn/core";

/** The command ends with this code and says nothing more. */
export class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** What standard error gets for an error, and the exit code: 2 for a user's mistake, 1 for a fault. */
export function failure(error: unknown, { debug }: { readonly debug: boolean }): { readonly code: number; readonly text: string } {
  if (error instanceof Exit) return { code: error.code, text: "" };
  // The packed runtime depends on nothing, so it has an error class of its own.
  const code = error instanceof UserError || (error instanceof Error && error.name === "PackedError") ? 2 : 1;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (debug) return { code, text: `${stack ?? message}${causes(error)}` };
  return { code, text: code === 2 ? `benn: ${message}` : `benn: ${message.trim().split("\n")[0]} (a fault; --debug shows where)` };
}

function causes(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause === undefined) return "";
  return `\ncaused by ${cause instanceof Error ? (cause.stack ?? cause.message) : JSON.stringify(cause)}${causes(cause)}`;
}
