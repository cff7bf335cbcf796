import { crc32 } from "node:zlib";
import { UserError } from "@benn/core";
import { foreignFile } from "@benn/core/internals";
import { unzipSync } from "fflate";
import { printable } from "../printable.ts";
import { ByteReader } from "../byte-reader.ts";
import { unpickle } from "../pickle/unpickle.ts";
import type { RawCheckpoint } from "./read-legacy.ts";
import { byteLength, StorageBook } from "./storage-book.ts";

interface Entry {
  readonly size: number;
  readonly compressed: number;
  /** CRC-32 of its contents, from the archive's directory. */
  readonly checksum: number;
}

/**
 * Maximum ratio of decompressed to file size. PyTorch does not compress, but a user may have zipped the file again. Weights shrink by a
 * tenth, not by nine tenths.
 */
const MOST_TIMES = 4;

/**
 * Reads the format that PyTorch writes since 1.6: a zip archive with the pickle in `NAME/data.pkl` and each storage in `NAME/data/KEY`.
 * Nothing is written anywhere, and nothing larger than four times the file is allocated. The CRC-32 of everything that is read is verified,
 * as in PyTorch's own reader.
 * @throws UserError if it is incomplete, or contains what a state dict does not need
 */
export function readZip(bytes: Uint8Array, who: string): RawCheckpoint {
  const entries = listEntries(bytes, who);
  const [pickle, another] = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickle === undefined || another !== undefined) {
    const foreign = foreignFile(bytes);
    if (foreign && foreign.what !== "a zip archive")
      throw new UserError(`${who}: is ${foreign.what}. Give a checkpoint that torch.save wrote.`);
    const code = [...entries.keys()].some((name) => name.includes("/code/"));
    throw new UserError(
      `${who}: is a zip archive ${code ? "of TorchScript code" : `with ${another === undefined ? "no" : "more than one"} data.pkl`}, not a checkpoint. ` +
        "Give what torch.save wrote of a state dict.",
    );
  }
  const root = pickle.slice(0, -"data.pkl".length);
  const order = entries.has(`${root}byteorder`)
    ? Buffer.from(extract(bytes, `${root}byteorder`, entries, who)).toString("latin1")
    : "little";
  if (order !== "little") throw new UserError(`${who}: was written on a big-endian machine. Load it and save it again on a common one.`);
  const storages = new StorageBook(who);
  const reader = new ByteReader(extract(bytes, pickle, entries, who), `${who}, ${pickle}`);
  const value = unpickle(reader, storages.add);
  for (const key of storages.keys()) {
    const entry = entries.get(`${root}data/${key}`);
    const storage = storages.get(key);
    if (!storage || entry?.size !== byteLength(storage)) {
      throw new UserError(
        `${who}: storage "${printable(key)}" has ${entry?.size ?? "no"} bytes where its tensors need ${storage ? byteLength(storage) : 0}. The file is damaged; copy it again.`,
      );
    }
    extract(bytes, `${root}data/${key}`, entries, who); // so that damage is detected before the checkpoint is used
  }
  return { value, bytesOf: (key) => extract(bytes, `${root}data/${key}`, entries, who) };
}

/** The archive's entries by name, without decompressing any. */
function listEntries(bytes: Uint8Array, who: string): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  const refuse = (what: string): UserError => new UserError(`${who}: is a zip archive that ${what}. No checkpoint is like that.`);
  let total = 0;
  let at = directoryOf(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  unzip(bytes, who, ({ name, size: compressed, originalSize: size, compression }) => {
    const place = name.split("/");
    if (/[\\\p{Cc}]/u.test(name) || place.some((part) => part === "" || part === "." || part === "..")) {
      throw refuse(`holds an entry named "${printable(name)}"`);
    }
    if (entries.has(name)) throw refuse(`holds "${printable(name)}" twice`);
    if (compression !== 0 && compression !== 8) throw refuse(`packs "${printable(name)}" by method ${compression}`);
    total += size;
    if (total > MOST_TIMES * bytes.length) throw refuse(`would unpack to more than ${MOST_TIMES} times its size`);
    if (compression === 0 && size !== compressed) throw refuse(`tells two sizes of "${printable(name)}"`);
    // fflate processes the directory in its order, but does not return the checksums in it.
    const checksum = view.getUint32(at + 16, true);
    at += 46 + [28, 30, 32].reduce((length, field) => length + view.getUint16(at + field, true), 0);
    entries.set(name, { size, compressed, checksum });
    return false;
  });
  return entries;
}

function extract(bytes: Uint8Array, wanted: string, entries: ReadonlyMap<string, Entry>, who: string): Uint8Array {
  const data = unzip(bytes, who, ({ name }) => name === wanted)[wanted];
  const entry = entries.get(wanted);
  if (!data || !entry) throw new RangeError(`${who}: has no "${wanted}"`);
  if (data.length !== entry.size) {
    throw new UserError(`${who}: has ${data.length} of the ${entry.size} bytes of "${printable(wanted)}". It is cut short; copy it again.`);
  }
  if (crc32(data) !== entry.checksum)
    throw new UserError(
      `${who}: "${printable(wanted)}" has another checksum (CRC-32) than the archive says. It is damaged; copy it again, or save it again if that was done by set_crc32_options(False).`,
    );
  return data;
}

/** Start of the archive's directory, from the record at its end; in 64-bit archives from the record before that. */
function directoryOf(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = (at: number): number => (at >= 0 && at + 4 <= bytes.length ? view.getUint32(at, true) : 0);
  let end = bytes.length - 22;
  while (end > 0 && read(end) !== 0x06054b50) end--;
  const record = read(end - 12);
  return read(read(record) === 0x06064b50 ? record + 48 : end + 16);
}

type Filter = (entry: {
  readonly name: string;
  readonly size: number;
  readonly originalSize: number;
  readonly compression: number;
}) => boolean;

function unzip(bytes: Uint8Array, who: string, filter: Filter): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes, { filter });
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`${who}: cannot be read as a zip archive (${said}). It is damaged or cut short; copy it again.`, { cause });
  }
}
