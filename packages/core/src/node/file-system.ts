import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";

export type OpenFile = Pick<FileHandle, "appendFile" | "writeFile" | "truncate" | "sync" | "stat" | "read" | "close">;

/** All operations that write a run folder. A test may replace the disk by one that fails or loses what was not synced. */
export interface FileSystem {
  /** "w": truncates, for writing; "a+": for reading and appending. Both create the file if necessary. */
  open(path: string, flags: "w" | "a+"): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  /** Creates one folder; it is no error if the folder exists. */
  mkdir(path: string): Promise<void>;
  /** Removes a file; it is no error if it does not exist. */
  remove(path: string): Promise<void>;
  /** Makes changes of names in a folder durable: only then does a new, renamed or removed file survive a power cut. */
  syncFolder(path: string): Promise<void>;
}

/** Error codes of systems that cannot sync a folder. Windows cannot open one. */
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
