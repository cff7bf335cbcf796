import { type Augment, mirrorsInTurn, type Split, UserError } from "@benn/core";
import { drawCutout, type Rectangle } from "@benn/core/internals";
import type { BrokenPicture, DecoderPool, Decoding } from "@benn/data-kit";
import { DRAWS } from "./decode/recipe.ts";
import type { Pictures } from "./sources/pictures.ts";

export interface SplitOptions {
  readonly pool: DecoderPool;
  /** Whether random draws affect how a picture is decoded. */
  readonly augments: boolean;
  /** Whether the epoch decides which pictures are mirrored, instead of a draw. */
  readonly alternates: boolean;
  /** Side of the square that is set to zero, in pixels; 0: none. */
  readonly cutout: number;
  /** Side of the images, in pixels. */
  readonly size: number;
  readonly onBroken: "error" | "skip";
  /** Called once for each skipped picture. */
  readonly onSkip: (name: string, reason: string) => void;
}

/** A request as plain values, compared by value, so a prefetch matches its later request. */
interface Request {
  readonly rows: Int32Array;
  readonly draws: Float64Array | undefined;
}

/** Maximum number of prefetched batches; with the current one they are all the memory of a split. */
const MOST_AHEAD = 2;

/**
 * The split of `rows` of a source: every picture is read and decoded when it is requested, or shortly before.
 *
 * All random numbers are drawn from the caller's generator, row by row, before anything is read: the same for any number of threads. A
 * broken picture is an error that names it; with `skip` the next picture of its class replaces it.
 */
export function makeSplit(
  pictures: Pictures,
  rows: Int32Array,
  { pool, augments, alternates, cutout, size, onBroken, onSkip }: SplitOptions,
): Split {
  const ahead: { readonly request: Request; readonly decoding: Decoding }[] = [];
  const told = new Set<number>();
  const labels = Int32Array.from(rows, (row) => pictures.labels[row]!);

  const rowOf = (wanted: number): number => {
    const row = rows[wanted];
    if (row === undefined) throw new RangeError(`imagenet: row ${wanted} of ${rows.length} is asked for`);
    return row;
  };
  const ask = (wanted: Int32Array, augment: Augment | undefined): Request => {
    const rows = wanted.slice();
    if (!augment || !augments) return { rows, draws: undefined };
    const draws = Float64Array.from({ length: wanted.length * DRAWS }, () => augment.random.uniform());
    if (alternates) for (const [i, row] of wanted.entries()) draws[(i + 1) * DRAWS - 1] = mirrorsInTurn(row, augment) ? 0 : 1;
    return { rows, draws };
  };
  const start = ({ rows: wanted, draws }: Request): Decoding =>
    pool.decode(
      Array.from(wanted, (row) => pictures.place(rowOf(row))),
      draws,
    );

  /** The next row of the same class, cyclically. */
  const nextLike = (wanted: number): number => {
    for (let step = 1; step <= rows.length; step++) {
      const other = (wanted + step) % rows.length;
      if (labels[other] === labels[wanted]) return other;
    }
    return wanted;
  };

  /** Replaces broken pictures by others, or reports what is broken. */
  async function mend(values: Float32Array, asked: Request, broken: readonly BrokenPicture[]): Promise<void> {
    const size = values.length / asked.rows.length;
    const first = asked.rows;
    let now = { ...asked, places: Array.from(asked.rows.keys()) };
    for (let wrong = broken; wrong.length > 0;) {
      for (const { row, reason, fatal } of wrong) {
        const wanted = now.rows[row]!;
        const name = pictures.name(rowOf(wanted));
        if (fatal) throw new UserError(`imagenet: "${name}" cannot be read: ${reason}. Fix it, then resume the run.`);
        if (onBroken === "error") {
          throw new UserError(
            `imagenet: "${name}" is broken: ${reason}. Replace the picture, or set dataset.onBroken=skip to use others of its class.`,
          );
        }
        if (!told.has(wanted)) onSkip(name, reason);
        told.add(wanted);
      }
      const places = wrong.map(({ row }) => now.places[row]!);
      const others = Int32Array.from(wrong, ({ row }) => nextLike(now.rows[row]!));
      const spent = others.findIndex((other, i) => other === first[places[i]!]);
      if (spent >= 0) {
        throw new UserError(
          `imagenet: all pictures of the class of "${pictures.name(rowOf(others[spent]!))}" are broken. Replace them, or leave the class out.`,
        );
      }
      const draws = asked.draws && Float64Array.from(places.flatMap((at) => [...asked.draws!.subarray(at * DRAWS, (at + 1) * DRAWS)]));
      now = { rows: others, draws, places };
      const decoding = start(now);
      try {
        wrong = await decoding.finished;
        for (const [i, at] of places.entries()) values.set(valuesOf(decoding).subarray(i * size, (i + 1) * size), at * size);
      } finally {
        decoding.release();
      }
    }
  }

  return {
    labels,
    async images(wanted, augment) {
      const request = ask(wanted, augment);
      const cuts = augment && cutout > 0 ? Array.from(wanted, () => drawCutout(augment.random, cutout, [size, size])) : [];
      const at = ahead.findIndex(({ request: foretold }) => equal(foretold.rows, request.rows) && equal(foretold.draws, request.draws));
      const decoding = ahead.splice(at, at < 0 ? 0 : 1)[0]?.decoding ?? start(request);
      try {
        const broken = await decoding.finished;
        const values = valuesOf(decoding).slice();
        await mend(values, request, broken);
        for (const [i, cut] of cuts.entries()) clear(values.subarray(3 * size ** 2 * i, 3 * size ** 2 * (i + 1)), size, cut);
        return values;
      } finally {
        decoding.release();
      }
    },
    prefetch(wanted, augment) {
      if (wanted.some((row) => rows[row] === undefined)) return; // reported when they are requested
      const request = ask(wanted, augment);
      ahead.push({ request, decoding: start(request) });
      if (ahead.length > MOST_AHEAD) ahead.shift()?.decoding.release();
    },
  };
}

/** Float32 [pictures, size, size, 3]. */
const valuesOf = ({ bytes: { buffer, byteLength } }: Decoding): Float32Array => new Float32Array(buffer, 0, byteLength / 4);

/** Sets a part of an image [size, size, 3] to zero. */
function clear(image: Float32Array, size: number, { top, left, bottom, right }: Rectangle): void {
  for (let y = top; y < bottom; y++) image.fill(0, 3 * (y * size + left), 3 * (y * size + right));
}

function equal(a: Int32Array | Float64Array | undefined, b: Int32Array | Float64Array | undefined): boolean {
  return a === b || (a?.length === b?.length && a !== undefined && a.every((value, i) => value === b?.[i]));
}
