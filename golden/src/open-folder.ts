import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type DependencyContainer, UserError } from "@benn/core";
import { binarizeChecks } from "./binarize-checks.ts";
import { boostChecks } from "./boost-checks.ts";
import type { Check, FileChecks } from "./check.ts";
import { GoldenFile } from "./golden-file.ts";
import { ninChecks } from "./nin-checks.ts";
import { voteChecks } from "./vote-checks.ts";

/** A file is known by what is in it, so that folders may name and choose theirs freely. */
const kinds: readonly {
  readonly isOne: (file: GoldenFile) => boolean;
  readonly checks: (file: GoldenFile, container: DependencyContainer) => Check[];
}[] = [
  { isOne: (file) => file.has("before/xnor.0.weight") || file.has("before/xnor.0.conv.weight"), checks: ninChecks },
  { isOne: (file) => file.match(/^\w+\/\w+\/w0$/).length > 0, checks: boostChecks },
  { isOne: (file) => file.has("logits") && file.has("alphas"), checks: voteChecks },
  { isOne: (file) => file.has("sign/x") || file.match(/\/latent$/).length > 0, checks: binarizeChecks },
];

/**
 * The checks of every safetensors file of a folder, none measured yet.
 * @throws UserError when there is no such folder, or nothing in it that is known
 */
export function openFolder(folder: string, container: DependencyContainer): FileChecks[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError(`golden: "${folder}" is not a folder. Give one of golden numbers, such as golden/fixtures.`);
  }
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".safetensors"))
    .toSorted()
    .map((name) => openFile(folder, name, container));
  if (files.every(({ checks }) => checks.length === 0)) {
    throw new UserError(`golden: nothing in "${folder}" is known: expected binarize, boost, vote or nin .safetensors files.`);
  }
  return files;
}

function openFile(folder: string, name: string, container: DependencyContainer): FileChecks {
  const file = new GoldenFile(join(folder, name), name);
  const checks = kinds.find(({ isOne }) => isOne(file))?.checks(file, container) ?? [];
  return {
    file: name,
    checks,
    notes: () => {
      const unread = file.unread();
      if (unread.length === 0) return file.notes;
      const some = `${unread.slice(0, 5).join(", ")}${unread.length > 5 ? ", …" : ""}`;
      return [
        ...file.notes,
        `Not checked: ${unread.length} ${unread.length === 1 ? "tensor" : "tensors"} that no check asked for (${some}).`,
      ];
    },
  };
}
