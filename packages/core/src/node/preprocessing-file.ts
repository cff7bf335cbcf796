import { join } from "node:path";
import type { LoadedDataset } from "../dataset.ts";
import { writeSafetensors } from "../safetensors.ts";
import { writeAside } from "./write-aside.ts";

/** Keeps with the run what its images were preprocessed with, so that new ones can be. Nothing for a dataset that does nothing. */
export async function writePreprocessing(folder: string, { preprocessing, provenance }: LoadedDataset): Promise<void> {
  const arrays = Object.entries(preprocessing);
  if (arrays.length === 0) return;
  const tensors = new Map(arrays.map(([name, data]) => [name, { dtype: "F32", shape: [data.length], data }] as const));
  const bytes = writeSafetensors({ metadata: { provenance: JSON.stringify(provenance) }, tensors });
  await writeAside(join(folder, "preprocessing.safetensors"), bytes);
}
