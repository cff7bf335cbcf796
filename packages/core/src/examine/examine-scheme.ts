import { ContractError } from "../checked/contract-error.ts";
import { completeScheme, type EnsembleScheme, weightedError } from "../ensemble-scheme.ts";
import { createRandom } from "../random.ts";

/** With fewer rows a bootstrap sample may contain all rows by chance; with this many, once in fifty million draws. */
const NOT_JUST_A_FEW = 20;

/**
 * Simulates one member with as many rows as the run has, so that the scheme's checks see each of its results once.
 * @param labels class of each training row
 * @throws ContractError
 */
export function examineScheme(incomplete: EnsembleScheme, who: string, labels: Int32Array, classes: number): void {
  const scheme = completeScheme(incomplete);
  const samples = labels.length;
  const sampleWeights = scheme.begin({ samples, classes });
  const drawn = (epoch: number, purpose: "train" | "score"): Uint8Array => {
    const random = (scope: string) => createRandom(1, "example", scope, ...(scope === "epoch" ? [epoch, purpose] : []));
    const draw = scheme.draw({ member: 0, epoch, purpose, sampleWeights, samples, random });
    const rows = new Uint8Array(samples);
    if (draw.kind === "weighted") return rows.map((_, row) => ((draw.sampleWeights[row] ?? 0) > 0 ? 1 : 0));
    for (const row of draw.rows) rows[row] = 1;
    return rows;
  };
  const [first, ...others] = [drawn(0, "train"), drawn(0, "score"), drawn(1, "train"), drawn(1, "score")] as const;
  if (scheme.outOfBag && others.some((rows) => rows.some((seen, row) => seen !== first[row]))) {
    throw new ContractError(
      `${who}: has outOfBag, but draws other rows in another epoch or for scoring. Draw by random("member") alone, or leave outOfBag out.`,
    );
  }
  if (scheme.outOfBag && samples >= NOT_JUST_A_FEW && !first.includes(0)) {
    throw new ContractError(`${who}: has outOfBag, but a member draws every row. Leave some out, or leave outOfBag out.`);
  }
  const wrong = Uint8Array.from(labels, (_, row) => (row % 4 === 0 ? 1 : 0));
  const logits = (): Float32Array => {
    const values = new Float32Array(samples * classes);
    for (const [row, label] of labels.entries()) values[row * classes + ((label + (wrong[row] ?? 0)) % classes)] = 2;
    return values;
  };
  const ensemble = scheme.additive ? { ensemble: { logits: new Float32Array(samples * classes), weight: 0 } } : {};
  scheme.next({ member: 0, sampleWeights, wrong, error: weightedError(sampleWeights, wrong), labels, classes, logits, ...ensemble });
}
