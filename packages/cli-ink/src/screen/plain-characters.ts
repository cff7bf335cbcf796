/** What stands for a sign where a terminal has ASCII alone: one character for one, so that columns stay. */
const ASCII: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ["▁▂▃▄▅▆▇█", "_.-~=+*#"],
    ["░▒▓▀■", ".:%##"],
    ["│┃▏└┌┐┘├┤┼╵╷", "|||++++++++|"],
    ["─━┄", "---"],
    ["✓✗▶▸·•○●▲▼◆", "vx>>.*oo^v*"],
    ["…–—−±×εα→←↑↓≤≥⇥", "~---~xea><^v<>>"],
  ].flatMap(([signs = "", plain = ""]) => Array.from(signs, (sign, i) => [sign, plain[i] ?? "?"] as const)),
);

/** The text in ASCII; braille is drawn as dots, one for a cell with few and colons for one with many. */
export function plainCharacters(text: string): string {
  return Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) return character;
    if (code >= 0x2800 && code < 0x2900) return code === 0x2800 ? " " : dots(code - 0x2800) > 3 ? ":" : ".";
    return ASCII[character] ?? "?";
  }).join("");
}

function dots(bits: number): number {
  let count = 0;
  for (let rest = bits; rest > 0; rest &= rest - 1) count += 1;
  return count;
}
