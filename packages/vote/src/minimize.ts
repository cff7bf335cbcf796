/** A function of a point with its gradient, which it writes. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

const HISTORY = 10;
const MOST_STEPS = 1000;
const MOST_HALVINGS = 60;

/**
 * The minimum of a smooth convex function, by L-BFGS with halved steps, from 0. Nothing is drawn: the same function has the same result.
 * @param size of a point
 * @param tolerance largest entry of the gradient at which it ends
 * @see J. Nocedal and S. Wright, "Numerical Optimization", 2nd edition, 2006, algorithms 7.4 and 7.5
 */
export function minimize(objective: Objective, size: number, tolerance: number): Float64Array {
  let point = new Float64Array(size);
  let gradient = new Float64Array(size);
  let value = objective(point, gradient);
  const history: { readonly step: Float64Array; readonly change: Float64Array; readonly curvature: number }[] = [];
  for (let n = 0; n < MOST_STEPS && gradient.some((own) => Math.abs(own) > tolerance); n++) {
    const direction = descent(gradient, history);
    const slope = dot(direction, gradient);
    const length = history.length > 0 ? 1 : 1 / Math.sqrt(dot(gradient, gradient));
    const next = new Float64Array(size);
    const nextGradient = new Float64Array(size);
    let nextValue = Infinity;
    let scale = length;
    for (let halvings = 0; halvings < MOST_HALVINGS; halvings++, scale /= 2) {
      for (let i = 0; i < size; i++) next[i] = point[i]! + scale * direction[i]!;
      nextValue = objective(next, nextGradient);
      if (nextValue <= value + 1e-4 * scale * slope) break;
    }
    if (!(nextValue < value)) break; // as near as float64 can come
    const step = next.map((own, i) => own - point[i]!);
    const change = nextGradient.map((own, i) => own - gradient[i]!);
    const curvature = dot(step, change);
    if (curvature > 0) history.push({ step, change, curvature });
    if (history.length > HISTORY) history.shift();
    [point, gradient, value] = [next, nextGradient, nextValue];
  }
  return point;
}

/** −H·gradient, where H is what the last steps say of the inverse Hessian. */
function descent(
  gradient: Float64Array,
  history: readonly { readonly step: Float64Array; readonly change: Float64Array; readonly curvature: number }[],
): Float64Array {
  const direction = gradient.map((own) => -own);
  const add = (factor: number, values: Float64Array): void => {
    for (let i = 0; i < direction.length; i++) direction[i]! += factor * values[i]!;
  };
  const shares = history.map(() => 0);
  for (const [i, { step, change, curvature }] of [...history.entries()].toReversed()) {
    shares[i] = dot(step, direction) / curvature;
    add(-shares[i], change);
  }
  const last = history.at(-1);
  if (last) {
    const scale = last.curvature / dot(last.change, last.change);
    for (let i = 0; i < direction.length; i++) direction[i]! *= scale;
  }
  for (const [i, { step, change, curvature }] of history.entries()) add(shares[i]! - dot(change, direction) / curvature, step);
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
