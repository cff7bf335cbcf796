/**
 * A backend has no memory for a tensor. Backends throw it with what they know (bytes requested, bytes in use); the trainer adds what to
 * try.
 */
export class OutOfMemoryError extends Error {
  override readonly name: string = "OutOfMemoryError";
}
