/** ASCII replacements of signs: one character each, so that columns stay aligned. */
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

/** The text in ASCII; braille becomes dots for cells with few dots and colons for cells with many. */
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
