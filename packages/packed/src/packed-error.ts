/** An error that the user can fix: a damaged file, an image that does not fit. One sentence that says who, what, and what to do. */
export class PackedError extends Error {
  override readonly name: string = "PackedError";
}
