import { fileError, UserError } from "@benn/core/messages";

/** Codes of read and write errors, which name no file if an open file failed. */
const OF_DISKS = new Set(["ENOSPC", "EDQUOT", "EFBIG", "EIO", "EROFS", "ESTALE", "EISDIR"]);
const MAKING = new Set(["mkdir", "mkdtemp", "link", "symlink", "copyfile", "rename"]);
const READING = new Set(["open", "read", "scandir", "opendir", "stat", "lstat", "access", "readlink", "realpath", "statfs"]);

/**
 * An error in the user's terms: what the system refused, such as a file without permission, is for the user to fix and becomes a
 * `UserError`; a zod error, whose message is a JSON list, becomes one that names the place. Returns any other error unchanged.
 */
export function explainError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error;
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  if (code !== undefined && syscall !== undefined && !syscall.startsWith("spawn") && (path !== undefined || OF_DISKS.has(code))) {
    const { dest = path } = error as { dest?: string };
    const isMade = MAKING.has(syscall);
    return fileError((isMade ? dest : path) ?? "a file", isMade ? "made" : READING.has(syscall) ? "read" : "written", error);
  }
  const { issues } = error as { issues?: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] };
  if (!Array.isArray(issues)) return error;
  const where = issues[0]?.path.map(String).join(".") ?? "";
  return new Error(`${where === "" ? "a value" : where} has not the form that was expected`, { cause: error });
}
