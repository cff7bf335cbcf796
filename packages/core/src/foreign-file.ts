/** What a file turned out to be instead of what was expected: "FILE is WHAT. REMEDY." */
export interface ForeignFile {
  readonly what: string;
  readonly remedy: string;
}

/** Number of leading bytes that identify a file. */
const FOREIGN_BYTES = 512;

const UNPACK = "Unpack it and name what was in it.";
const startsWith =
  (mark: readonly number[], at = 0) =>
  (bytes: Uint8Array): boolean =>
    mark.every((byte, i) => bytes[at + i] === byte);
const latin1 = (text: string): ((bytes: Uint8Array) => boolean) => startsWith(Array.from(text, (letter) => letter.charCodeAt(0)));
const textOf = (bytes: Uint8Array): string => new TextDecoder("latin1").decode(bytes);

const KNOWN: readonly (ForeignFile & { readonly fits: (bytes: Uint8Array) => boolean })[] = [
  { what: "empty", remedy: "Fetch it again.", fits: ({ length }) => length === 0 },
  {
    what: "a pointer of Git LFS, not the file that it stands for",
    remedy: 'Fetch that with "git lfs pull".',
    fits: latin1("version https://git-lfs.github.com/"),
  },
  {
    what: "a page of the web",
    remedy: "Fetch the file itself: the address may be that of a page about it, or ask for a login.",
    fits: (bytes) => /^(?:\u00EF\u00BB\u00BF)?\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html|head|body|script)\b/i.test(textOf(bytes)),
  },
  {
    what: "what is left of a link: the path that it led to, as text",
    remedy: "Copy the files again with a program that keeps links, or follows them.",
    fits: (bytes) => bytes.length < FOREIGN_BYTES && /^(?:\.{0,2}|[\w-]+)\/[\w./ -]*\.\w{1,8}$/.test(textOf(bytes)),
  },
  { what: "an archive packed with gzip (.gz, .tgz)", remedy: UNPACK, fits: startsWith([0x1f, 0x8b]) },
  { what: "an archive packed with bzip2", remedy: UNPACK, fits: (bytes) => /^BZh[1-9]/.test(textOf(bytes)) },
  { what: "an archive packed with xz", remedy: UNPACK, fits: startsWith([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]) },
  { what: "an archive packed with Zstandard", remedy: UNPACK, fits: startsWith([0x28, 0xb5, 0x2f, 0xfd]) },
  { what: "a 7-Zip archive", remedy: UNPACK, fits: startsWith([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]) },
  { what: "a RAR archive", remedy: UNPACK, fits: latin1("Rar!") },
  {
    what: "an archive of NumPy arrays (.npz)",
    remedy: "Save each array by itself with numpy.save.",
    fits: (bytes) => startsWith([0x50, 0x4b, 3, 4])(bytes) && /^[^\0]{1,200}?\.npy/.test(textOf(bytes.subarray(30))),
  },
  { what: "a zip archive", remedy: UNPACK, fits: startsWith([0x50, 0x4b, 3, 4]) },
  { what: "a tar archive", remedy: UNPACK, fits: startsWith([0x75, 0x73, 0x74, 0x61, 0x72], 257) },
  { what: "a NumPy array (.npy)", remedy: "Name a file of the right kind.", fits: latin1("\u0093NUMPY") },
  { what: "an HDF5 file", remedy: "Save what is in it in another form.", fits: startsWith([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a]) },
  { what: "a MATLAB file", remedy: "Save what is in it in another form.", fits: latin1("MATLAB 5.0 MAT-file") },
  { what: "a Parquet file", remedy: "Save what is in it in another form.", fits: latin1("PAR1") },
  {
    what: "a safetensors file",
    remedy: "Name a file of the right kind.",
    fits: (bytes) => startsWith([0, 0, 0, 0, 0x7b, 0x22], 4)(bytes),
  },
  {
    what: "a pickle of Python",
    remedy: "Save what is in it in another form; a pickle may run any code.",
    fits: (bytes) => bytes[0] === 0x80 && (bytes[1] ?? 0) >= 2 && (bytes[1] ?? 0) <= 5,
  },
];

/**
 * Identifies a file of an unexpected kind by its first bytes. Call it only for a file that could not be read: raw data may begin with any
 * bytes.
 */
export function foreignFile(bytes: Uint8Array): ForeignFile | undefined {
  const first = bytes.subarray(0, FOREIGN_BYTES);
  return KNOWN.find(({ fits }) => fits(first));
}
