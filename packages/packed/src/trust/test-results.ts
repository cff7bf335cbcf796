import { PackedError } from "../packed-error.ts";
import { isCount, isRecord } from "../read-safetensors.ts";

/** The contents of the tensor `testResults`, as JSON: docs/packed.md. Accuracies on the test images, in [0, 1]. */
export interface TestResults {
  readonly version: 1;
  /** Number of test images. */
  readonly rows: number;
  /** Of the vote of the first 1, 2, … members. */
  readonly votes: readonly number[];
  /** Of each member alone. */
  readonly singles: readonly number[];
  /** Size of the weights of all members as float32. */
  readonly realBytes: number;
  /** Of a network of the same kind with real-valued weights, if the export was given one. */
  readonly twin?: number;
}

const KEYS: ReadonlySet<string> = new Set(["version", "rows", "votes", "singles", "realBytes", "twin"]);

/**
 * The ensemble's results on the test images of its run, if the file has them.
 * @returns undefined for a file without: it was exported with another vote than the run's, or by an earlier version
 * @throws PackedError for damaged data, or data of a later version
 */
export function openTestResults({
  testResults,
  members,
}: {
  readonly testResults: Uint8Array | undefined;
  readonly members: readonly unknown[];
}): TestResults | undefined {
  if (!testResults) return undefined;
  const fail = (what: string): never => {
    throw new PackedError(`testResults: ${what}. The file is damaged; fetch or export it again.`);
  };
  let data: unknown;
  try {
    data = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(testResults));
  } catch {
    fail("is not JSON");
  }
  if (!isRecord(data)) return fail("is not an object");
  const { version, rows, votes, singles, realBytes, twin } = data;
  if (isCount(version, 2))
    throw new PackedError(`testResults: is of version ${version}, this runtime reads 1. Use the @benn/packed that wrote it.`);
  if (version !== 1) return fail("has no usable version");
  const odd = Object.keys(data).find((key) => !KEYS.has(key));
  if (odd !== undefined) return fail(`has the unknown key ${JSON.stringify(odd.slice(0, 40))}`);
  if (!isCount(rows, 1)) return fail("has no usable number of rows");
  if (!isCount(realBytes, 1)) return fail("has no usable number of bytes");
  const isShare = (share: unknown): boolean => typeof share === "number" && share >= 0 && share <= 1;
  const areShares = (list: unknown): boolean => Array.isArray(list) && list.length === members.length && list.every(isShare);
  if (twin !== undefined && !isShare(twin)) return fail("has no usable share of a real-valued net");
  if (!areShares(votes) || !areShares(singles)) return fail(`does not have a share for each of the ${members.length} members`);
  return data as unknown as TestResults;
}
