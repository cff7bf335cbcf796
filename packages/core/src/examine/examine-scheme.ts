import { ContractError } from "../checked/contract-error.ts";
import { completeScheme, type EnsembleScheme, weightedError } from "../ensemble-scheme.ts";
import { createRandom } from "../random.ts";

const SAMPLES = 60;

/**
 * Plays one member of a small problem, so that the scheme's own checks see each of its answers once.
 * @throws ContractError; a UserError of the scheme itself, which may find the problem too small
 */
export function examineScheme(incomplete: EnsembleScheme, who: string, classes: number): void {
  const scheme = completeScheme(incomplete);
  const sampleWeights = scheme.begin({ samples: SAMPLES, classes });
  const rowsOf = (epoch: number, purpose: "train" | "score"): string => {
    const random = (scope: string) => createRandom(1, "example", scope, ...(scope === "epoch" ? [epoch, purpose] : []));
    const draw = scheme.draw({ member: 0, epoch, purpose, sampleWeights, samples: SAMPLES, random });
    return draw.kind === "rows" ? [...new Set(draw.rows)].toSorted((a, b) => a - b).join() : "all";
  };
  const drawn = new Set([rowsOf(0, "train"), rowsOf(0, "score"), rowsOf(1, "train"), rowsOf(1, "score")]);
  if (scheme.outOfBag && (drawn.size > 1 || drawn.has("all"))) {
    throw new ContractError(
      `${who}: has outOfBag, but draws other rows in another epoch, or all of them. Draw by random("member") alone, or leave outOfBag out.`,
    );
  }
  const labels = Int32Array.from({ length: SAMPLES }, (_, row) => row % classes);
  const wrong = Uint8Array.from(labels, (_, row) => (row % 4 === 0 ? 1 : 0));
  const logits = new Float32Array(SAMPLES * classes);
  for (const [row, label] of labels.entries()) logits[row * classes + ((label + (wrong[row] ?? 0)) % classes)] = 2;
  scheme.next({ member: 0, sampleWeights, wrong, error: weightedError(sampleWeights, wrong), labels, classes, logits: () => logits });
}
