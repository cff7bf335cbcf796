import { createHash } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@benn/core";
import { foreignFileError, type Images, type Neighbour, neighbourAmong, PICTURE_NEIGHBOURS, readFirst, readWhole } from "@benn/data-kit";
import { type Family, IDX_FILES, type IdxFile } from "./family.ts";
import { gunzipped, parseIdx } from "./idx.ts";

/** Side of the images, in pixels. */
export const SIDE = 28;

/** The contents of the four files. */
export interface IdxSource {
  readonly train: Images;
  readonly test: Images;
  /** SHA-256 of each file, decompressed, by its official name. */
  readonly files: Readonly<Record<string, string>>;
}

/** The path of a file in a folder: compressed or not, its name with a hyphen or, as some unpack it, with a dot. */
function pathOf(folder: string, file: IdxFile): string | undefined {
  return [file, `${file}.gz`, file.replace("-idx", ".idx"), `${file.replace("-idx", ".idx")}.gz`]
    .map((name) => join(folder, name))
    .find((path) => existsSync(path));
}

/** The folder of the files: this one, or the subfolder that torchvision creates. @returns undefined if neither has any of them */
export function idxFolder(folder: string, { torchvision }: Family, every = false): string | undefined {
  const has =
    (path: string) =>
    (file: IdxFile): boolean =>
      pathOf(path, file) !== undefined;
  return [folder, join(folder, torchvision)].find((path) => (every ? IDX_FILES.every(has(path)) : IDX_FILES.some(has(path))));
}

/**
 * Reads the four files of a folder.
 * @param onFile called after each file that was read
 * @throws UserError for a folder without them, or files that are damaged, have other sizes, or do not fit together
 */
export async function readIdxFolder(folder: string, family: Family, onFile?: (done: number, total: number) => void): Promise<IdxSource> {
  const { dataset } = family;
  const place = idxFolder(folder, family) ?? folder;
  if (!statSync(place, { throwIfNoEntry: false })?.isDirectory()) throw await notAFolder(folder, family);
  const missing = IDX_FILES.find((file) => pathOf(place, file) === undefined);
  if (missing !== undefined) throw neighbourIn(place, family) ?? missingFile(place, missing, family);

  const files: Record<string, string> = {};
  const read = async (file: IdxFile, axes: number) => {
    const path = pathOf(place, file)!;
    const bytes = gunzipped(await readWhole(path, dataset), path, dataset);
    files[file] = createHash("sha256").update(bytes).digest("hex");
    const array = parseIdx(bytes, axes, path, dataset);
    onFile?.(Object.keys(files).length, IDX_FILES.length);
    return { path, ...array };
  };
  const part = async (name: "train" | "t10k"): Promise<Images> => {
    const images = await read(`${name}-images-idx3-ubyte`, 3);
    const labels = await read(`${name}-labels-idx1-ubyte`, 1);
    const [count = 0, height, width] = images.shape;
    if (height !== SIDE || width !== SIDE)
      throw new UserError(
        `${dataset}: "${images.path}" has images of ${height}×${width}, not ${SIDE}×${SIDE}. Take the files of ${family.title}.`,
      );
    if (count === 0 || count !== labels.values.length) {
      throw new UserError(
        `${dataset}: "${images.path}" has ${count} images and "${labels.path}" ${labels.values.length} labels. Each image needs one; fetch both again.`,
      );
    }
    const row = labels.values.findIndex((label) => label >= family.labels.length);
    if (row >= 0) {
      throw new UserError(
        `${dataset}: label ${row} of "${labels.path}" is ${labels.values[row]}, but labels go from 0 to ${family.labels.length - 1}. Take the files of ${family.title}.`,
      );
    }
    return { labels: labels.values, pixels: images.values };
  };
  return { train: await part("train"), test: await part("t10k"), files };
}

async function notAFolder(path: string, { dataset, title }: Family): Promise<UserError> {
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  const foreign = isFile ? foreignFileError(await readFirst(path, dataset), path, dataset) : undefined;
  return (
    foreign ??
    new UserError(
      `${dataset}: data is "${path}", which is not a folder. Name the folder of the four ${title} files, or set dataset.source=download.`,
    )
  );
}

const neighbours = ({ title }: Family): readonly Neighbour[] => [
  {
    name: /\.npz$/,
    what: "an archive of NumPy arrays (.npz)",
    remedy: `Take the four IDX files of ${title}, or set dataset.source=download`,
  },
  { name: /\.pt$/, what: "a file of PyTorch", remedy: `Take the four IDX files of ${title}, or set dataset.source=download` },
  ...PICTURE_NEIGHBOURS.map((own) => ({ ...own, remedy: `Take the four IDX files of ${title}, or set dataset.source=download` })),
];

function neighbourIn(folder: string, family: Family): UserError | undefined {
  const { dataset } = family;
  const names = readdirSync(folder).toSorted();
  const paths = names.map((name) => join(folder, name));
  const neighbour = neighbourAmong(paths, neighbours(family), dataset);
  if (neighbour) return neighbour;
  if (!names.some((name) => /^(?:train|training|0)$/.test(name))) return undefined;
  return new UserError(`${dataset}: "${folder}" holds folders. If they are of pictures, read them with dataset=pictures.`);
}

const missingFile = (folder: string, file: IdxFile, { dataset }: Family): UserError =>
  new UserError(
    `${dataset}: "${join(folder, file)}" is missing, and so is it with .gz. Name the folder with ${IDX_FILES.join(", ")}, or set dataset.source=download to fetch them.`,
  );
