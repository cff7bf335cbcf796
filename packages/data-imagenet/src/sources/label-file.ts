import { UserError } from "@benn/core";
import { textOf } from "./class-list.ts";

/**
 * Reads the labels of a flat folder of pictures.
 *
 * A line is `NAME LABEL` (Caffe's val.txt, Kaggle's LOC_val_solution.csv; the name with or without its ending) or a `LABEL`
 * alone, in the order of the names. A label is a synset or a class index from 0.
 * @param files names of the pictures, in order
 * @param synsets of the classes, in the order of their labels
 * @returns class of each file
 * @throws UserError for another number of labels than of files, names that do not fit, or labels that are no class
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

  const rowOf = new Map(files.flatMap((file, row) => [[file, row] as const, [file.replace(/\.[^.]*$/, ""), row] as const]));
  const labels = new Int32Array(files.length).fill(-1);
  for (const [line, text] of lines.entries()) {
    const [name = "", label = ""] = text.split(/[\s,]+/);
    const row = rowOf.get(name.replace(/^.*\//, ""));
    if (row === undefined) throw new UserError(`imagenet: "${path}" names "${name}", which is not among the pictures. Mend the line.`);
    if (labels[row] !== -1) throw new UserError(`imagenet: "${path}" names "${name}" twice. Remove one of the lines.`);
    labels[row] = toLabel(label, line);
  }
  return labels;
}
