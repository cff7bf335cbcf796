import { join } from "node:path";
import type { LoadedDataset } from "../dataset.ts";
import { lowerPreprocessing, type PreprocessingOperation } from "../preprocessing.ts";
import { type SafetensorsEntry, writeSafetensors } from "../safetensors.ts";
import { writeAside } from "./write-aside.ts";

/**
 * Keeps with the run what its images were preprocessed with, so that new ones can be. Nothing for a dataset that does nothing.
 *
 * The file `preprocessing.safetensors` has two strings of JSON as metadata: `preprocessing`, the operations in order, and
 * the dataset's `provenance`. An operation stands there with its fields; for an array stands the name of its tensor, F32
 * [values]: `mean` and `deviation` of `standardize`, `zcaMean` and `zcaMatrix` of `whiten`, with the operation's position
 * behind a dot where the name is taken. The same operations and provenance give the same bytes.
 */
export async function writePreprocessing(
  folder: string,
  { preprocessing, provenance }: Pick<LoadedDataset, "preprocessing" | "provenance">,
): Promise<void> {
  const lowered = lowerPreprocessing(preprocessing);
  if (lowered.length === 0) return;
  const tensors = new Map<string, SafetensorsEntry>();
  const operations = lowered.map((operation, position) =>
    described(operation, (name, data) => {
      const own = tensors.has(name) ? `${name}.${position}` : name;
      tensors.set(own, { dtype: "F32", shape: [data.length], data });
      return own;
    }),
  );
  const metadata = { preprocessing: JSON.stringify(operations), provenance: JSON.stringify(provenance) };
  await writeAside(join(folder, "preprocessing.safetensors"), writeSafetensors({ metadata, tensors }));
}

/** Plain JSON of an operation, its arrays kept by `tensor`, which returns their names. */
function described(
  operation: PreprocessingOperation,
  tensor: (name: string, data: Float32Array) => string,
): Readonly<Record<string, unknown>> {
  switch (operation.operation) {
    case "standardize":
      return { ...operation, mean: tensor("mean", operation.mean), deviation: tensor("deviation", operation.deviation) };
    case "whiten":
      return { ...operation, mean: tensor("zcaMean", operation.mean), matrix: tensor("zcaMatrix", operation.matrix) };
    case "resize":
    case "resizeShorterSide":
    case "centerCrop":
    case "reverseChannels":
    case "contrastNormalize":
    case "custom":
      return operation;
    default:
      return operation satisfies never;
  }
}
