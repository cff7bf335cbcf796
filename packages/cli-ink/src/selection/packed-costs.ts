import type { DependencyContainer } from "@benn/core";
import { createRandom, readSafetensors } from "@benn/core/internals";
import { load } from "@benn/packed";
import { exportRun } from "@benn/packed/export";
import type { Budget } from "./budget.ts";

/** Costs of members in a packed file, in the order of the file, and the cost of the rest of the file. */
export interface PackedCosts {
  readonly members: readonly number[];
  readonly base: number;
}

export interface PackOptions {
  readonly container: DependencyContainer;
  /** Name of the vote that is packed. */
  readonly voter: string;
  /** Whether the file contains the matrix of a whitened dataset. */
  readonly whitening: boolean;
  /** Called after each packed member; an error that it throws aborts packing. */
  onMember?(): void;
}

/** Number of timed images: the minimum counts for a member, the median for a whole ensemble. */
const ROUNDS = 15;

/**
 * Packs a run and measures the cost of each voting member: bytes of the file, or milliseconds per image.
 * @throws UserError if the run cannot be packed
 */
export async function memberCosts(run: string, kind: Budget["kind"], options: PackOptions): Promise<PackedCosts> {
  const bytes = await pack(run, kind, options);
  return kind === "bytes" ? bytesOf(bytes) : await timesOf(bytes);
}

/**
 * The cost of a run's packed file: its bytes, or milliseconds per image.
 * @throws UserError if the run cannot be packed
 */
export async function packedCost(run: string, kind: Budget["kind"], options: PackOptions): Promise<number> {
  const bytes = await pack(run, kind, options);
  if (kind === "bytes") return bytes.length;
  const model = await load(bytes);
  const image = exampleImage(bytes);
  return median(() => model.predict(image));
}

async function pack(run: string, kind: Budget["kind"], { onMember, ...options }: PackOptions): Promise<Uint8Array> {
  const trust = kind === "bytes"; // affects bytes, but not the time per image
  return (await exportRun(run, { ...options, trust, ...(onMember ? { onProgress: onMember } : {}) })).bytes;
}

/** Bytes of each member: its tensors with their header entries, and its part of the model's description. */
function bytesOf(file: Uint8Array): PackedCosts {
  const { tensors } = readSafetensors(file, "the packed run");
  const members = headerOf(file).members.map((member, i) => {
    let sum = JSON.stringify(JSON.stringify(member)).length; // JSON inside a JSON string
    for (const [name, { dtype, shape, data }] of tensors) {
      if (!name.startsWith(`${i}.`)) continue;
      sum += data.byteLength + JSON.stringify({ [name]: { dtype, shape, data_offsets: [file.length, file.length] } }).length;
    }
    return sum;
  });
  return { members, base: Math.max(0, file.length - members.reduce((sum, bytes) => sum + bytes, 0)) };
}

async function timesOf(file: Uint8Array): Promise<PackedCosts> {
  const model = await load(file);
  const image = exampleImage(file);
  const members = [...model.members.keys()].map((member) =>
    model.profile(image, { member, rounds: ROUNDS }).reduce((sum, { milliseconds }) => sum + milliseconds, 0),
  );
  const whole = median(() => model.predict(image));
  return { members, base: Math.max(0, whole - members.reduce((sum, own) => sum + own, 0)) };
}

interface Header {
  readonly members: readonly unknown[];
  readonly shape: readonly number[];
  readonly preprocessing: string;
}

function headerOf(file: Uint8Array): Header {
  return JSON.parse(readSafetensors(file, "the packed run").metadata["model"] ?? "") as Header;
}

/** Any image will do: a binary network takes the same time for each. */
function exampleImage(file: Uint8Array): Uint8Array | Float32Array {
  const { shape, preprocessing } = headerOf(file);
  const random = createRandom(0, "image");
  const bytes = Uint8Array.from({ length: shape.reduce((product, side) => product * side, 1) }, () => random.integer(256));
  return preprocessing === "none" ? Float32Array.from(bytes, (byte) => byte / 128 - 1) : bytes;
}

function median(work: () => void): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return times.toSorted((a, b) => a - b)[ROUNDS >> 1]!;
}
