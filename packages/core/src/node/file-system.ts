import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";

export type OpenFile = Pick<FileHandle, "appendFile" | "writeFile" | "truncate" | "sync" | "stat" | "read" | "close">;

/** Everything that writes a run folder. A test puts another in the disk's place, which fails or loses what was not synced. */
export interface FileSystem {
  /** "w": for writing, emptied; "a+": for reading and appending, made if need be. */
  open(path: string, flags: "w" | "a+"): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  /** Makes one folder; one that is there already is no error. */
  mkdir(path: string): Promise<void>;
  /** A file that is not there is no error. */
  remove(path: string): Promise<void>;
  /** Makes names in a folder last: a new, renamed or removed file is certain to be so after a power cut only then. */
  syncFolder(path: string): Promise<void>;
}

/** Codes by which a system or file system reports that it cannot sync a folder. Windows cannot open one. */
const CANNOT_SYNC = new Set(["EISDIR", "EPERM", "EACCES", "EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EBADF"]);

export const disk: FileSystem = {
  open,
  rename,
  async mkdir(path) {
    await mkdir(path).catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    });
  },
  remove: (path) => rm(path, { force: true }),
  async syncFolder(path) {
    try {
      const folder = await open(path, "r");
      try {
        await folder.sync();
      } finally {
        await folder.close();
      }
    } catch (error) {
      if (!CANNOT_SYNC.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
    }
  },
};
