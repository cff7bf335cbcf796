import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type DependencyContainer, UserError } from "@benn/core";
import { createStep } from "@benn/core/internals";
import { binarizeChecks } from "./binarize-checks.ts";
import { boostChecks } from "./boost-checks.ts";
import type { Check, FileChecks } from "./check.ts";
import { GoldenFile } from "./golden-file.ts";
import { ninChecks } from "./nin-checks.ts";
import type { OpenOptions } from "./open-options.ts";
import { pthChecks } from "./pth-checks.ts";
import { voteChecks } from "./vote-checks.ts";

type Kind = readonly [
  isOne: (file: GoldenFile) => boolean,
  checks: (file: GoldenFile, container: DependencyContainer, options: Required<OpenOptions>) => Check[],
];

/** Files are identified by their contents, so that folders may name and choose theirs freely. */
const kinds: readonly Kind[] = [
  [(file) => file.match(/^before\/xnor\./).length > 0, ninChecks],
  [(file) => file.match(/^\w+\/\w+\/w0$/).length > 0, boostChecks],
  [(file) => file.has("logits") && file.has("alphas"), voteChecks],
  [(file) => file.has("sign/x") || file.match(/\/latent$/).length > 0, binarizeChecks],
];

/**
 * The checks of every safetensors file of a folder, and of the checkpoints in its subfolder `pth`, none measured yet.
 * @throws UserError if there is no such folder, or nothing known in it
 */
export function openFolder(folder: string, container: DependencyContainer, options: OpenOptions = {}): FileChecks[] {
  const all = { training: true, parts: true, createStep, ...options };
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError(`golden: "${folder}" is not a folder. Give one of golden numbers, such as golden/fixtures.`);
  }
  const names = readdirSync(folder).toSorted();
  const files = names.filter((name) => name.endsWith(".safetensors")).map((name) => openFile(folder, name, container, all));
  if (files.every(({ checks }) => checks.length === 0)) {
    throw new UserError(`golden: nothing in "${folder}" is known. Expected binarize, boost, vote or nin .safetensors files.`);
  }
  const pth = join(folder, "pth");
  const checkpoints = names.includes("pth") ? readdirSync(pth).filter((name) => name.endsWith(".pth.tar")) : [];
  return [
    ...files,
    ...checkpoints.toSorted().map((name) => ({ file: `pth/${name}`, checks: pthChecks(pth, name, container), notes: () => [] })),
  ];
}

function openFile(folder: string, name: string, container: DependencyContainer, options: Required<OpenOptions>): FileChecks {
  const file = new GoldenFile(join(folder, name), name);
  const checks = kinds.find(([isOne]) => isOne(file))?.[1](file, container, options) ?? [];
  return { file: name, checks, notes: () => [...file.notes, ...unreadNotes(file.unread())] };
}

function unreadNotes(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const some = `${names.slice(0, 5).join(", ")}${names.length > 5 ? ", …" : ""}`;
  return [`Not checked: ${names.length} ${names.length === 1 ? "tensor" : "tensors"} that no check asked for (${some}).`];
}
