import { type Surrogate, slopeAt } from "../surrogate.ts";

/** What a binarizer that declares a surrogate made of some values. */
export interface DeclaredSigns {
  readonly surrogate: Surrogate;
  readonly x: Float32Array;
  /** `activations` of x. */
  readonly values: Float32Array;
  /** Of Σ weights · values by x. */
  readonly gradient: Float32Array;
  readonly weights: Float32Array;
}

/**
 * Where `activations` and the declared surrogate differ, since layers compute by the one or the other.
 * @returns undefined: nowhere
 */
export function surrogateFault({ surrogate, x, values, gradient, weights }: DeclaredSigns): string | undefined {
  const off = x.findIndex((value, i) => values[i] !== (value < 0 ? -1 : 1));
  if (off >= 0)
    return `activations gives ${values[off]} for ${x[off]}, but who declares a surrogate gives its sign, whatever the parameters`;
  if (surrogate.kind === "own") return undefined;
  const wanted = Float64Array.from(x, (value, i) => weights[i]! * slopeAt(surrogate, value));
  const allowed = 1e-3 * wanted.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-3);
  const wrong = wanted.findIndex((value, i) => !(Math.abs(value - (gradient[i] ?? Number.NaN)) <= allowed));
  if (wrong < 0) return undefined;
  const [slope, declared] = [gradient, wanted].map((values) => (values[wrong]! / weights[wrong]!).toPrecision(4));
  return `activations has the slope ${slope} at ${x[wrong]!.toPrecision(4)}, but the declared surrogate, ${JSON.stringify(surrogate)}, has ${declared}`;
}
