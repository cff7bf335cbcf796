/** Splits a command line into words up to the cursor, as a shell would; the last one is being typed. Expands nothing. */
export function splitLine(line: string): string[] {
  const words: string[] = [];
  let word = "";
  let isOpen = false;
  let quote = "";
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!;
    if (quote !== "") {
      if (character === quote) quote = "";
      else word += character === "\\" && quote === '"' ? (line[++i] ?? "") : character;
    } else if (/\s/.test(character)) {
      if (isOpen) words.push(word);
      word = "";
      isOpen = false;
      continue;
    } else if (character === "'" || character === '"') quote = character;
    else word += character === "\\" ? (line[++i] ?? "") : character;
    isOpen = true;
  }
  return [...words, word];
}
