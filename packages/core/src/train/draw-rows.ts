import type { LoadedDataset } from "../dataset.ts";
import type { Draw } from "../ensemble-scheme.ts";
import { createRandom } from "../random.ts";
import type { MemberTask } from "./member-task.ts";

/** The rows that a member trains on in an epoch, or is scored on. */
export function drawRows(
  {
    member,
    run,
    data,
    scheme,
    sampleWeights,
  }: Pick<MemberTask, "member" | "run" | "scheme" | "sampleWeights"> & { readonly data: Pick<LoadedDataset, "train"> },
  epoch: number,
  purpose: "train" | "score",
): Draw {
  return scheme.draw({
    member,
    epoch,
    purpose,
    sampleWeights,
    samples: data.train.labels.length,
    random: (scope) =>
      scope === "member" ? createRandom(run.seed, "draw", member) : createRandom(run.seed, "draw", member, epoch, purpose),
  });
}
