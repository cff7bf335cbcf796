/** The sample pictures that a model can classify: those of its classes. */
export function samplesFor(labels: readonly string[], samples: readonly string[]): string[] {
  return samples.filter((name) => labels.includes(name));
}

/** The classes in words, the first few by name. */
export function classesInWords(labels: readonly string[]): string {
  const MOST = 12;
  const named = labels.slice(0, MOST).join(", ");
  return `${labels.length} classes: ${named}${labels.length > MOST ? ` and ${labels.length - MOST} more` : ""}`;
}
