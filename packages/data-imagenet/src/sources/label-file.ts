import { UserError } from "@benn/core";
import { textOf } from "./class-list.ts";

/**
 * Reads the labels of a flat folder of pictures.
 *
 * A line is `NAME LABEL` (Caffe's val.txt; spaces in the name are part of it), `NAME,LABEL …` (Kaggle's LOC_val_solution.csv), with the
 * name with or without its ending, or only a `LABEL`, in the order of the names. A label is a synset or a class index from 0.
 * @param files names of the pictures, in order
 * @param synsets of the classes, in the order of their labels
 * @returns class of each file
 * @throws UserError for a number of labels that differs from that of files, names that do not fit, or labels without a class
 */
export function readLabelFile(path: string, files: readonly string[], synsets: readonly string[]): Int32Array {
  const labelOf = new Map(synsets.map((synset, label) => [synset, label]));
  const lines = textOf(path)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^(?:#|ImageId,)/.test(line));
  if (lines.length !== files.length) {
    throw new UserError(`imagenet: "${path}" has ${lines.length} labels for ${files.length} pictures. Give it one line a picture.`);
  }
  const toLabel = (text: string, line: number): number => {
    const label = labelOf.get(text) ?? (/^\d+$/.test(text) ? Number(text) : -1);
    if (label >= 0 && label < synsets.length) return label;
    const hint =
      label === synsets.length
        ? "Labels count from 0 in the order of the synsets; the development kit's numbers from 1 are in another order, so use synsets."
        : `Use a synset of the training folders or an index from 0 to ${synsets.length - 1}.`;
    throw new UserError(`imagenet: "${path}" has the label "${text}" in line ${line + 1}, which is no class. ${hint}`);
  };
  if (!/[\s,]/.test(lines[0] ?? "")) return Int32Array.from(lines, toLabel);

  const rowOf = rowsByName(files);
  const labels = new Int32Array(files.length).fill(-1);
  for (const [line, text] of lines.entries()) {
    const splits = splitsOf(text);
    const [name = "", label = ""] = splits.find(([name]) => rowOf.has(name)) ?? splits[0] ?? [];
    const row = rowOf.get(name);
    if (row === undefined) throw new UserError(`imagenet: "${path}" names "${name}", which is not among the pictures. Fix the line.`);
    if (labels[row] !== -1) throw new UserError(`imagenet: "${path}" names "${name}" twice. Remove one of the lines.`);
    labels[row] = toLabel(label, line);
  }
  return labels;
}

/** Row of each name, and of each name without its ending if it is unique. */
function rowsByName(files: readonly string[]): ReadonlyMap<string, number> {
  const rowOf = new Map<string, number>();
  const shared = new Set<string>();
  for (const [row, file] of files.entries()) {
    const stem = file.replace(/\.[^.]*$/, "");
    if (rowOf.has(stem)) shared.add(stem);
    rowOf.set(stem, row);
  }
  for (const stem of shared) rowOf.delete(stem);
  for (const [row, file] of files.entries()) rowOf.set(file, row);
  return rowOf;
}

/** The possible splits of a line into a name, without its folder, and a label: before the last word, or after a comma. */
function splitsOf(text: string): (readonly [name: string, label: string])[] {
  const nameOf = (part: string): string =>
    part
      .trim()
      .replace(/^"(.*)"$/, "$1")
      .replace(/^.*\//, "");
  const last = /^(.*)[\s,]+([^\s,]+)$/s.exec(text);
  const commas = [...text.matchAll(/,/g)].map(({ index }) => index);
  return [
    ...(last ? [[nameOf(last[1]!.replace(/[\s,]+$/, "")), last[2]!] as const] : []),
    ...commas.map(
      (at) =>
        [
          nameOf(text.slice(0, at)),
          text
            .slice(at + 1)
            .trim()
            .split(/[\s,]/)[0]!,
        ] as const,
    ),
  ];
}
