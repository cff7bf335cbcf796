import { UserError } from "../user-error.ts";

/** What was done with a file; the word completes "cannot be". */
export type FileAction = "read" | "written" | "made";

const REASONS: Readonly<Record<string, readonly [reason: string, remedy: string]>> = {
  EACCES: ["permission is denied", "Change its permissions, or choose another place (--out)."],
  EPERM: ["the operation is not permitted", "Change its permissions, or choose another place (--out)."],
  EROFS: ["its file system is read-only", "Choose another place (--out)."],
  ENOSPC: ["the disk is full", "Free some space, or choose another place (--out)."],
  EDQUOT: ["the disk quota is used up", "Free some space, or choose another place (--out)."],
  EFBIG: ["the file system takes no file so large", "Choose another place (--out)."],
  ENAMETOOLONG: ["the name is too long", "Choose a shorter one."],
  EISDIR: ["it is a folder", "Move the folder away."],
  ENOTDIR: ["a part of the path is a file, not a folder", "Check the path."],
  EEXIST: ["something else has its name", "Move that away, or choose another place (--out)."],
  EMFILE: ["too many files are open", "Raise the limit (ulimit -n)."],
  ENFILE: ["too many files are open", "Close other programs."],
  EBUSY: ["another program holds it", "Wait for that program, then try again."],
  EIO: ["the disk reports an error", "Check the disk, then try again."],
  ESTALE: ["the network disk has lost it", "Check the connection, then try again."],
  ELOOP: ["its links go in a circle", "Check the path."],
};

/**
 * A system error as a sentence with the path and a remedy. Returns any other error unchanged.
 * @param remedy replaces the usual one, mainly for missing files
 */
export function fileError(path: string, action: FileAction, error: unknown, remedy?: string): unknown {
  const code = ownCode(error);
  if (code === undefined) return error;
  const missing = action === "read" ? "it does not exist" : "its folder does not exist";
  const missingRemedy = action === "read" ? "Check the path." : "Was it moved or deleted meanwhile?";
  const [reason, usual] =
    code === "ENOENT" ? [missing, missingRemedy] : (REASONS[code] ?? ["the system refuses", "Try again, or choose another place (--out)."]);
  return new UserError(`${path}: cannot be ${action}: ${reason} (${code}). ${remedy ?? usual}`, { cause: error });
}

/** The system's code of an error or of its cause. */
export function errorCode(error: unknown): string | undefined {
  return ownCode(error) ?? (error instanceof Error && error.cause !== undefined ? errorCode(error.cause) : undefined);
}

function ownCode(error: unknown): string | undefined {
  // Node's own errors have codes too (ERR_INVALID_ARG_TYPE); system errors also have the failed system call.
  return error instanceof Error && "syscall" in error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
