import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "@benn/core";

/** What is to be imported. */
export interface FoundFiles {
  /** One per member, in natural order of their names: 2 before 10. */
  readonly checkpoints: readonly string[];
  /** `alpha_m_mat.npy`: the members' alphas. */
  readonly alphas?: string | undefined;
  /** `sample_weights_3.npy` by its number: the weights after member 3, with which member 4 was drawn. */
  readonly sampleWeights: ReadonlyMap<number, string>;
}

const CHECKPOINT = /\.(?:pth\.tar|pth|pt)$/;
const ALPHAS = "alpha_m_mat.npy";
const SAMPLE_WEIGHTS = /^sample_weights_(\d{1,4})\.npy$/;
const natural = new Intl.Collator("en", { numeric: true });

/**
 * The checkpoints and boosting's own files among these files and in these folders (not in subfolders).
 * @throws UserError if one does not exist, or there is no checkpoint
 */
export function findFiles(paths: readonly string[]): FoundFiles {
  const files = paths.flatMap((path) => {
    if (!existsSync(path))
      throw new UserError(`${path}: does not exist. Give checkpoints of PyTorch (.pth.tar, .pth, .pt), or a folder of them.`);
    const stats = statSync(path);
    if (stats.isFile()) return [{ path, named: true }];
    if (!stats.isDirectory())
      throw new UserError(`${path}: is neither a file nor a folder. Give checkpoints of PyTorch, or a folder of them.`);
    return filesIn(path).map((file) => ({ path: file, named: false }));
  });
  // A file that was named explicitly is a checkpoint whatever its name.
  const checkpoints = files.filter(({ path, named }) => CHECKPOINT.test(path) || (named && !path.endsWith(".npy"))).map(({ path }) => path);
  if (checkpoints.length === 0) {
    throw new UserError(`${paths.join(", ")}: no file ends in .pth.tar, .pth or .pt. Give checkpoints of PyTorch, or a folder of them.`);
  }
  const alphas = files.filter(({ path }) => basename(path) === ALPHAS).map(({ path }) => path);
  if (alphas.length > 1) throw new UserError(`${alphas.join(", ")}: there is one list of alphas too many. Give one.`);
  const sampleWeights = new Map<number, string>();
  for (const { path } of files) {
    const [, number] = SAMPLE_WEIGHTS.exec(basename(path)) ?? [];
    if (number !== undefined) sampleWeights.set(Number(number), path);
  }
  return { checkpoints: [...new Set(checkpoints)].toSorted(natural.compare), alphas: alphas[0], sampleWeights };
}

/**
 * The files of a folder, without hidden ones such as `._0.pth.tar`, which macOS writes next to `0.pth.tar`.
 * @throws UserError for a checkpoint that is a broken link: without it the others would be another ensemble
 */
function filesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith("."))
    .map((name) => join(folder, name))
    .filter((path) => {
      const stats = existsSync(path) ? statSync(path) : undefined;
      if (!stats && CHECKPOINT.test(path)) throw new UserError(`${path}: is a link that leads nowhere. Fix it or remove it.`);
      return stats?.isFile() === true;
    });
}
