// What `pnpm pack` and `pnpm publish` write into a tarball's package.json. The repository pins every version once, in
// pnpm-workspace.yaml; published packages carry ranges, so that fixes of what they depend on reach their users.

/** Peers that are known to work over several majors. @type {Record<string, string>} */
const RANGES = { vitest: ">=3" };
const EXACT = /^\d+\.\d+\.\d+$/;

/** @param {Record<string, string> | undefined} versions */
const ranged = (versions) =>
  versions && Object.fromEntries(Object.entries(versions).map(([name, version]) => [name, RANGES[name] ?? version.replace(EXACT, "^$&")]));

/** Without the condition by which the repository's own tests read TypeScript: sources are not in the tarball. @param {unknown} entry */
const withoutSource = (entry) => {
  if (typeof entry !== "object" || entry === null) return entry;
  const { source: _source, ...rest } = /** @type {Record<string, unknown>} */ (entry);
  return rest;
};

export const hooks = {
  /** @param {Record<string, any>} manifest */
  beforePacking(manifest) {
    const { devDependencies: _dev, scripts: _scripts, ...published } = manifest;
    for (const key of ["dependencies", "peerDependencies", "optionalDependencies"]) {
      if (published[key]) published[key] = ranged(published[key]);
    }
    if (published.exports) {
      published.exports = Object.fromEntries(Object.entries(published.exports).map(([door, entry]) => [door, withoutSource(entry)]));
    }
    return published;
  },
};
