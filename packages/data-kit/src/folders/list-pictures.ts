import { realpathSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { LeftOut } from "./left-out.ts";
import { listFolder } from "./list-folder.ts";

const PICTURE = /\.(?:jpe?g|png|webp)$/i;
/** Names of picture files. */
const LIKE_PICTURE = /\.(?:jpe?g|jpe|jfif|png|webp|bmp|dib|gif|tiff?|avif|hei[cf]|jp2|jxl|ppm|pgm|pnm|svg|raw|dng|cr2|nef)$/i;

export interface ListOptions {
  /** The folder of the part; links to folders in it or above it are not followed, nor are those into `beside`. */
  readonly root: string;
  /** Other parts of the dataset. */
  readonly beside: readonly string[];
  readonly leftOut: LeftOut;
  /** With which messages begin. */
  readonly who: string;
}

/**
 * Lists the pictures of a part of a dataset, folder by folder. Each real folder is read once, however many links lead to it, so that links
 * to an ancestor end and duplicate nothing.
 */
export class PictureLister {
  /** The folder of the part. */
  readonly root: string;
  readonly #who: string;
  readonly #parts: readonly string[];
  readonly #leftOut: LeftOut;
  readonly #seen = new Set<string>();

  constructor({ root, beside, leftOut, who }: ListOptions) {
    this.root = root;
    this.#who = who;
    this.#parts = [root, ...beside].map((path) => realpathSync(path));
    this.#leftOut = leftOut;
  }

  /** Names of the folders in the root: real ones, and links to folders outside of it. */
  folders(): string[] {
    const [own = ""] = this.#parts;
    const targets = new Set<string>();
    return listFolder(this.root, this.#who).flatMap(({ name, kind, linksTo }) => {
      if (kind === "hidden-folder") this.#leftOut.add("hidden", name);
      if (kind === "dead") this.#leftOut.add("dead", name);
      if (kind !== "folder") return [];
      if (linksTo !== undefined && (targets.has(linksTo) || contains(own, linksTo) || contains(linksTo, own))) {
        this.#leftOut.add("again", name);
        return [];
      }
      if (linksTo !== undefined) targets.add(linksTo);
      return [name];
    });
  }

  /**
   * Pictures in a folder of the root, sorted by code points.
   * @param folder its path relative to the root, "" for the root itself
   * @param deep whether to include subfolders
   * @returns paths relative to the folder
   */
  pictures(folder: string, { deep }: { readonly deep: boolean }): string[] {
    const found: string[] = [];
    const walk = (inside: string, real: string): void => {
      this.#seen.add(real);
      for (const { name, kind, linksTo } of listFolder(join(this.root, folder, inside), this.#who)) {
        const path = join(inside, name);
        const leaveOut = (reason: Parameters<LeftOut["add"]>[0]): void => this.#leftOut.add(reason, join(folder, path));
        if (name.includes("\uFFFD")) leaveOut("name");
        else if (kind === "folder") {
          if (!deep) continue;
          const place = linksTo ?? join(real, name);
          if (this.#seen.has(place) || (linksTo !== undefined && this.#isOfSet(linksTo))) leaveOut("again");
          else walk(path, place);
        } else if (kind === "file") {
          if (PICTURE.test(name)) found.push(path);
          else if (LIKE_PICTURE.test(name)) leaveOut("kind");
        } else if (kind === "dead" || kind === "special") leaveOut(kind);
        else if (kind === "hidden-folder" || LIKE_PICTURE.test(name)) leaveOut("hidden");
      }
    };
    walk("", realpathSync(join(this.root, folder)));
    return found.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }

  /** Whether a folder is in a part of the dataset, or contains one. */
  #isOfSet(folder: string): boolean {
    return this.#parts.some((part) => contains(part, folder) || contains(folder, part));
  }
}

/** Whether a path is this folder or inside it; both without links. */
function contains(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`));
}
