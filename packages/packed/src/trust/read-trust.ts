import { PackedError } from "../packed-error.ts";
import { isCount, isRecord } from "../read-safetensors.ts";

/** The contents of the tensor `trust`, as JSON: docs/packed.md. All of it was measured on held-out rows with the file's own vote. */
export interface TrustData {
  readonly version: 1;
  /** T of softmax(scores / T), and the number of rows on which it was fitted. */
  readonly temperature: number;
  readonly temperatureRows: number;
  /** Number of calibration rows; `tails` are theirs at ranks `step`, 2·`step`, … and the last, in descending order. */
  readonly coverageRows: number;
  readonly step: number;
  readonly tails: readonly number[];
  /** For a soft vote: the lead at which the remaining members may be skipped. */
  readonly lead?: number;
  /** What else the held-out rows were used to decide: the coverage may then be slightly lower. */
  readonly reused: readonly string[];
}

const KEYS: ReadonlySet<string> = new Set(["version", "temperature", "temperatureRows", "coverageRows", "step", "tails", "lead", "reused"]);
/** Far above what any file needs. */
const MOST_REUSES = 16;

/**
 * Reads and checks a file's trust data.
 * @throws PackedError
 */
export function readTrust(bytes: Uint8Array): TrustData {
  const fail = (what: string): never => {
    throw new PackedError(`trust: ${what}. The file is damaged; fetch or export it again.`);
  };
  let data: unknown;
  try {
    data = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    fail("is not JSON");
  }
  if (!isRecord(data)) return fail("is not an object");
  const { version, temperature, temperatureRows, coverageRows, step, tails, lead, reused } = data;
  if (isCount(version, 2))
    throw new PackedError(`trust: is of version ${version}, this runtime reads 1. Use the @benn/packed that wrote it.`);
  const odd = Object.keys(data).find((key) => !KEYS.has(key));
  if (odd !== undefined) return fail(`has the unknown key ${JSON.stringify(odd.slice(0, 40))}`);
  const isAbove = (value: unknown, least: number): value is number => typeof value === "number" && Number.isFinite(value) && value > least;
  if (version !== 1) return fail("has no usable version");
  if (!isAbove(temperature, 0) || !isCount(temperatureRows, 1)) return fail("has no usable temperature");
  if (!isCount(coverageRows, 1) || !isCount(step, 1)) return fail("has no usable number of rows");
  if (!Array.isArray(tails) || tails.length !== Math.ceil(coverageRows / step)) return fail("has no usable tails");
  let before = 1;
  for (const tail of tails as unknown[]) {
    if (!isAbove(tail, -Number.MIN_VALUE) || tail > before) return fail("has a tail that is no probability, or above the one before");
    before = tail;
  }
  if (lead !== undefined && !isAbove(lead, 0)) return fail("has no usable lead");
  if (!Array.isArray(reused) || reused.length > MOST_REUSES || !reused.every((use) => typeof use === "string"))
    return fail("has no usable list of reuses");
  return data as unknown as TrustData;
}

/**
 * The minimum tail of classes in a set that contains the right class with probability `coverage`: that of the row of rank ⌈(rows +
 * 1)·coverage⌉ from the largest, or of the next one that the file stores.
 * @returns 0, with which every class is in the set, if there are too few rows
 * @see V. Vovk, A. Gammerman and G. Shafer, "Algorithmic Learning in a Random World", 2005; Romano et al. 2020, theorem 1
 */
export function tailOf({ coverageRows, step, tails }: TrustData, coverage: number): number {
  const rank = Math.ceil((coverageRows + 1) * coverage);
  return rank > coverageRows ? 0 : tails[Math.ceil(rank / step) - 1]!;
}
