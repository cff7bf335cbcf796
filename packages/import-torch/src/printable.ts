/** Text from a file as it may be shown: short, and without anything that a terminal would obey. */
export function printable(text: string, limit = 120): string {
  const safe = text.slice(0, limit).replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return text.length > limit ? `${safe}…` : safe;
}
