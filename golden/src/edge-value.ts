/** Values before a sign so close to an edge that rounding decided their side: both sides are right. */
export interface EdgeValue {
  /** Training step, from 0; undefined: evaluation. */
  readonly step: number | undefined;
  /** Index of the network's binary layer, from 0. */
  readonly layer: number;
  /**
   * Position of the value: row of the file's batch, then height, width, channel. In a binary network many values of a channel are the same
   * sum, so they are on one side together.
   */
  readonly indices: readonly (readonly number[])[];
  /** The sign changes at 0; its gradient stops at −1 and at 1. */
  readonly edge: -1 | 0 | 1;
  /** The value computed here. */
  readonly value: number;
}

/** An edge value and its replacement: one that is clearly on one side, or 0, the reference's sign of 0. */
export interface Choice extends EdgeValue {
  readonly taken: number;
  /** Whether the 0 replaces the sign itself. */
  readonly isSign: boolean;
}

/** Maximum distance of a value from its edge: 8 units in the last place of 1. Parameters themselves must agree to 2e−5 after a step. */
export const REACH = 2 ** -20;

/** What the reference may have computed for the value if it differs from ours. */
export function otherSides(value: EdgeValue): Choice[] {
  if (value.edge !== 0) return [{ ...value, taken: passes(value) ? 2 * value.edge : value.edge / 2, isSign: false }];
  return [
    { ...value, taken: value.value < 0 ? 0.5 : -0.5, isSign: false },
    { ...value, taken: 0, isSign: true },
  ];
}

const passes = ({ value }: EdgeValue): boolean => Math.abs(value) < 1;

/** In the order in which training computes them; 0: the same values. */
export function compareEdges(a: EdgeValue, b: EdgeValue): number {
  const [left = [], right = []] = [a, b].map(({ step = -1, layer, indices: [first = []] }) => [step, layer, ...first]);
  return compareIndices(left, right);
}

/** Compares by the first number that differs. */
export function compareIndices(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((number, i) => number !== b[i]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

/** `step 1, conv5 [3, 4, 5, 17]: 0.9999999 here, 1 unit in the last place from 1; the reference's gradient stops there`. */
export function edgeLine(choice: Choice, layers: readonly string[]): string {
  const { step, layer, indices, edge, value, taken, isSign } = choice;
  const [first = [], ...equals] = indices;
  const also = equals.length === 0 ? "" : ` and ${equals.length} equal to it`;
  const where = `${step === undefined ? "evaluation" : `step ${step}`}, ${layers[layer]} [${first.join(", ")}]${also}`;
  if (edge === 0) return `${where}: ${value.toExponential(1)} here; the reference's sign is ${isSign ? 0 : Math.sign(taken)}`;
  const units = unitsFrom(value, edge);
  const distance = units === 0 ? `exactly ${edge}` : `${units} ${units === 1 ? "unit" : "units"} in the last place from ${edge}`;
  return `${where}: ${shown(value, edge)} here, ${distance}; the reference's gradient ${passes(choice) ? "stops" : "passes"}`;
}

/** `1 − 6.0e-8`. */
function shown(value: number, edge: number): string {
  const away = value - edge;
  return away === 0 ? String(edge) : `${edge} ${away < 0 ? "−" : "+"} ${Math.abs(away).toExponential(1)}`;
}

/** Steps of float32 between two values of one sign. */
function unitsFrom(value: number, edge: number): number {
  const [a = 0, b = 0] = new Int32Array(Float32Array.of(value, edge).buffer);
  return Math.abs(a - b);
}
