/** The contents of a database's newest meta page. */
export interface LmdbMeta {
  /** In bytes: the page size of the machine that created the file. */
  readonly pageSize: number;
  /** Levels of the tree; 0 without entries. */
  readonly depth: number;
  readonly entries: number;
  readonly root: number;
  /** The last page that was ever used. */
  readonly lastPage: number;
  readonly transaction: bigint;
}

/** Used bytes of a meta page. */
export const META_BYTES = 152;
const MAGIC = 0xbeefc0de;
const [META_FLAG, VERSION] = [0x08, 1];
/** Offsets of the two built-in trees: of freed pages, whose padding holds the page size, and the main one. */
const [FREE_TREE, MAIN_TREE] = [40, 88];
/** LMDB's own limit of the depth. */
const MOST_LEVELS = 32;
const NO_ROOT = 0xffff_ffff_ffff_ffffn;

/**
 * Reads one of the two meta pages of an LMDB 0.9 file (data version 1, 64 bits, little-endian).
 * @throws string for what is wrong with it
 * @see mdb.c of LMDB 0.9, `MDB_meta` and `MDB_db`
 */
export function readMetaPage(page: Buffer): LmdbMeta {
  const fail = (what: string): never => {
    // eslint-disable-next-line no-throw-literal, typescript/only-throw-error -- the reader makes a sentence of it
    throw what;
  };
  if (page.length < META_BYTES) fail(`has only ${page.length} bytes of its ${META_BYTES}`);
  const magic = page.readUInt32LE(16);
  if (magic !== MAGIC && page.readUInt32LE(12) === MAGIC) fail("was written by a 32-bit machine; make the database on a 64-bit one");
  if (page.readUInt32BE(16) === MAGIC) fail("was written by a big-endian machine; make the database on a little-endian one");
  if (magic !== MAGIC || (page.readUInt16LE(10) & META_FLAG) === 0) fail("does not have LMDB's mark");
  const version = page.readUInt32LE(20);
  if (version !== VERSION) fail(`is of data version ${version}, but only ${VERSION}, that of LMDB 0.9, is known`);
  const pageSize = page.readUInt32LE(FREE_TREE);
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) fail(`has a page size of ${pageSize}`);
  const flags = page.readUInt16LE(MAIN_TREE + 4);
  if (flags !== 0) fail(`has a main tree of another kind (flags 0x${flags.toString(16)})`);
  const depth = page.readUInt16LE(MAIN_TREE + 6);
  if (depth > MOST_LEVELS) fail(`has a tree of ${depth} levels`);
  const lastPage = Number(page.readBigUInt64LE(136));
  const entries = Number(page.readBigUInt64LE(MAIN_TREE + 32));
  const root = page.readBigUInt64LE(MAIN_TREE + 40);
  if (depth === 0 ? root !== NO_ROOT || entries !== 0 : root > BigInt(lastPage)) fail("has a root that cannot be");
  return { pageSize, depth, entries, root: Number(root), lastPage, transaction: page.readBigUInt64LE(144) };
}
