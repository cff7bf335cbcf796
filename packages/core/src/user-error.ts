/**
 * A mistake of the user. The message says what found it, what is wrong, what the value was, and what to do. The command prints the message
 * alone and exits with 2; every other error is a defect of the program and exits with 1.
 */
export class UserError extends Error {
  override readonly name: string = "UserError";
}
