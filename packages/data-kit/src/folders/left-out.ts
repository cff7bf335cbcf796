/** Why an entry of a folder is not a picture of the dataset although its name suggests it. */
const REASONS = {
  hidden: "hidden, or put there by a system",
  kind: "pictures of a kind that is not read (JPEG, PNG and WebP are)",
  dead: "links that lead nowhere",
  again: "links to folders that belong to the set already, or contain it",
  name: "entries whose names are not UTF-8",
  special: "pipes, sockets or devices",
} as const;

/** Counts what is left out of a folder, to report it before training. */
export class LeftOut {
  readonly #root: string;
  readonly #who: string;
  readonly #found = new Map<keyof typeof REASONS, { count: number; readonly example: string }>();

  /** @param root the folder that is searched */
  constructor(root: string, who: string) {
    this.#root = root;
    this.#who = who;
  }

  /** @param path relative to the root */
  add(reason: keyof typeof REASONS, path: string): void {
    const found = this.#found.get(reason);
    if (found) found.count += 1;
    else this.#found.set(reason, { count: 1, example: path });
  }

  /** One sentence, or none if nothing is left out. */
  get warnings(): string[] {
    if (this.#found.size === 0) return [];
    const parts = [...this.#found].map(([reason, { count, example }]) => `${count} ${REASONS[reason]}, such as "${example}"`);
    return [`${this.#who}: some entries of "${this.#root}" are not used: ${parts.join("; ")}.`];
  }
}
