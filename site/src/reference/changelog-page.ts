import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { table } from "./table.ts";

const root = join(import.meta.dirname, "../../..");

/** What every package's CHANGELOG.md says, and what the next release brings: the changesets that wait. */
export function changelogPage(): string {
  const packages = globSync("packages/*", { cwd: root }).toSorted();
  const released = packages.filter((folder) => existsSync(join(root, folder, "CHANGELOG.md")));
  const waiting = globSync(".changeset/*.md", { cwd: root })
    .toSorted()
    .map((path) => readFileSync(join(root, path), "utf8"))
    .flatMap((text) => {
      const [, head = "", body = ""] = /^---\n(.*?)\n---\n+(.*)$/s.exec(text) ?? [];
      const names = [...head.matchAll(/"([^"]+)": (\w+)/g)].map(([, name = ""]) => name);
      return names.length === 0 ? [] : [{ names, body: body.trim() }];
    });
  return [
    "# Changelog",
    ...(released.length === 0
      ? ["Nothing is released yet. This page is made from the changesets."]
      : [
          table(
            ["package", "changes"],
            released.map((folder) => [folder, `[changelog](https://github.com/benn-js/benn/blob/main/${folder}/CHANGELOG.md)`]),
          ),
        ]),
    ...(waiting.length === 0 ? [] : ["## The next release"]),
    ...waiting.map(({ names, body }) => `${body.replaceAll(/\[([^\]]*)\]\((?![a-z]+:)[^)]*\)/g, "$1")}\n\n_${names.join(", ")}_`),
  ].join("\n\n");
}
