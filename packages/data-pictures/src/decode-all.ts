import { createHash } from "node:crypto";
import { extname } from "node:path";
import { UserError } from "@benn/core";
import type { Safetensors } from "@benn/core/internals";
import { checkPictureLibrary, DecoderPool, type Decoding, type FolderPictures, keptFile, usualThreads, type Watch } from "@benn/data-kit";
import { DATASET } from "./dataset-name.ts";
import type { Recipe } from "./decode-thread.ts";
import type { PicturesOptions } from "./pictures-options.ts";

/** Number of pictures decoded at once, between two checks for a stop. */
const BATCH = 32;
/** Decoded sets that stay in the cache. */
const KEPT = 8;

/** Decoded pictures. */
export interface DecodedPictures {
  /** [n, size, size, 3] */
  readonly pixels: Uint8Array;
  /** Why a picture is broken, by its row; its pixels are zero. */
  readonly broken: ReadonlyMap<number, string>;
}

/**
 * Decodes all pictures of these parts in threads, one part after the other. The result is cached until a file changes in size or time.
 * @throws UserError for a broken picture, unless those are to be skipped, and if files cannot be read
 */
export async function decodeAll(
  parts: readonly FolderPictures[],
  {
    size,
    fit,
    onBroken,
    threads = usualThreads(),
    cache,
    watch,
  }: Pick<PicturesOptions, "size" | "fit" | "onBroken" | "threads"> & {
    readonly cache: string;
    readonly watch: Watch;
  },
): Promise<DecodedPictures> {
  const paths = parts.flatMap((part) => Array.from(part.labels, (_, row) => part.name(row)));
  const shape = [paths.length, size, size, 3];
  const decode = async (): Promise<Safetensors> => {
    await checkPictureLibrary(DATASET);
    const recipe: Recipe = { size, squash: fit === "squash" };
    const pool = new DecoderPool({
      dataset: DATASET,
      entry: new URL(`./decode-thread${extname(import.meta.filename)}`, import.meta.url),
      recipe,
      bytesEach: 3 * size ** 2,
      threads,
    });
    try {
      const { pixels, broken } = await decodeBy(pool, paths, { size, onBroken, watch });
      const metadata = { broken: JSON.stringify([...broken]), sha256: digest(pixels) };
      return { metadata, tensors: new Map([["pixels", { dtype: "U8", shape, data: pixels }]]) };
    } finally {
      await pool.dispose();
    }
  };
  // A cached set with broken pictures was made with `skip`, and is not valid without it.
  const { metadata, tensors } = await keptFile(
    cache,
    {
      paths,
      salt: JSON.stringify(["pictures, first version", size, fit, onBroken]),
      ending: "pictures",
      most: KEPT,
      isSound: (kept) => {
        const { data } = kept.tensors.get("pixels") ?? {};
        return data instanceof Uint8Array && data.length === paths.length * 3 * size ** 2 && digest(data) === kept.metadata["sha256"];
      },
    },
    decode,
  );
  return {
    pixels: tensors.get("pixels")!.data as Uint8Array,
    broken: new Map(JSON.parse(metadata["broken"] ?? "[]") as [number, string][]),
  };
}

async function decodeBy(
  pool: DecoderPool,
  paths: readonly string[],
  { size, onBroken, watch }: Pick<PicturesOptions, "size" | "onBroken"> & { readonly watch: Watch },
): Promise<{ readonly pixels: Uint8Array; readonly broken: Map<number, string> }> {
  const pixels = new Uint8Array(paths.length * 3 * size ** 2);
  const broken = new Map<number, string>();
  const start = (from: number): Decoding | undefined =>
    from < paths.length ? pool.decode(paths.slice(from, from + BATCH).map((path) => ({ path, offset: 0, length: -1 }))) : undefined;
  let next = start(0);
  for (let from = 0; next !== undefined; from += BATCH) {
    const decoding: Decoding = next;
    next = start(from + BATCH); // the threads continue while this one processes the results
    await watch("decoding pictures", from, paths.length);
    for (const { row, reason, fatal } of await decoding.finished) {
      const path = paths[from + row];
      if (fatal) throw new UserError(`${DATASET}: "${path}" cannot be read: ${reason}. See to it, then start again.`);
      if (onBroken === "error") {
        throw new UserError(
          `${DATASET}: "${path}" is broken: ${reason}. Replace or remove it, or set dataset.onBroken=skip to leave such pictures out.`,
        );
      }
      broken.set(from + row, reason);
    }
    pixels.set(decoding.bytes, from * 3 * size ** 2);
    decoding.release();
  }
  for (const row of broken.keys()) pixels.fill(0, row * 3 * size ** 2, (row + 1) * 3 * size ** 2);
  await watch("decoding pictures", paths.length, paths.length);
  return { pixels, broken };
}

const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
