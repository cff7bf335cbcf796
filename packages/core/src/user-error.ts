/**
 * A mistake in what the user gave: one sentence that says who found it, what is wrong, what came and what to do.
 * The command prints the message alone and exits with 2; every other error is a fault and exits with 1.
 */
export class UserError extends Error {
  override readonly name: string = "UserError";
}
