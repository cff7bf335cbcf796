import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";

/**
 * The contents of a run folder by path, events as text and other files as their SHA-256, without what depends on the clock. Two runs of one
 * configuration on one engine must have equal contents, also if one was killed and resumed.
 */
export async function folderBytes(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = await Promise.all(
    files.map(async (path) => {
      const name = relative(folder, path);
      const bytes = await readFile(path);
      if (name === "events.jsonl") {
        const lines = bytes.toString("utf8").trimEnd().split("\n");
        return [
          name,
          lines.map((line) => JSON.stringify({ ...(JSON.parse(line) as object), clock: undefined, run: undefined })).join("\n"),
        ] as const;
      }
      // The last checkpoint stores the length of the log, which includes clock readings.
      if (name.startsWith("checkpoint")) return [name, ""] as const;
      return [name, createHash("sha256").update(bytes).digest("hex")] as const;
    }),
  );
  return Object.fromEntries(contents.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
