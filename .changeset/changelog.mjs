// Lines of CHANGELOG.md: the changesets' texts. A dependency's new version is no news to a reader.

/** @param {{ readonly summary: string }} changeset */
const getReleaseLine = ({ summary }) => Promise.resolve(`${summary.trim()}\n`);
const getDependencyReleaseLine = () => Promise.resolve("");

export default { getReleaseLine, getDependencyReleaseLine };
