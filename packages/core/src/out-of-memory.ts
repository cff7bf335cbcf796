/**
 * A backend has no room for a tensor. Backends throw it with what they know (bytes asked, bytes in use); the trainer
 * adds what to try.
 */
export class OutOfMemoryError extends Error {
  override readonly name: string = "OutOfMemoryError";
}
