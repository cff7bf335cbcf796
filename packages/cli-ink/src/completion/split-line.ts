/** The words of a command line as a shell would split it, up to the cursor; the last is the one being typed. Nothing is expanded. */
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
