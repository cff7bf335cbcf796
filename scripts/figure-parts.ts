// What the figures of the documentation are drawn of: narrow enough for a phone, in the reader's light or dark theme.
export const WIDTH = 420;
export const MARGIN = 16;
export const INNER = WIDTH - 2 * MARGIN;

const STYLE = `text{font:15px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:#1f2328}
.title{font-size:17px;font-weight:600}.note{font-size:13.5px;fill:#57606a}.bits{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.page{fill:#fff}.memory{fill:#ddf4ff;stroke:#0969da;stroke-width:1.5}.deferred{fill:#fbefff;stroke:#8250df;stroke-width:1.5;stroke-dasharray:6 4}
.work{fill:#f6f8fa;stroke:#8c959f;stroke-width:1.5}.one{fill:#0969da}.on{fill:#fff}.hit{fill:#fff1c2;stroke:#9a6700;stroke-width:1.5}.line{stroke:#57606a;stroke-width:1.5;fill:none}.tip{fill:#57606a}
@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.note{fill:#a6adb7}.page{fill:#0d1117}.memory{fill:#0c2d4a;stroke:#4493f8}.deferred{fill:#2a1f3d;stroke:#ab7df8}
.work{fill:#1b222b;stroke:#7d8590}.one{fill:#4493f8}.on{fill:#0d1117}.hit{fill:#4a3a0c;stroke:#d29922}.line{stroke:#a6adb7}.tip{fill:#a6adb7}}`;

export interface Figure {
  /** What it shows, for readers who do not see it. */
  readonly label: string;
  readonly height: number;
  readonly parts: readonly string[];
}

export type Look = "memory" | "deferred" | "work" | "hit";
export type Anchor = "start" | "middle" | "end";

export const text = (x: number, y: number, words: string, { look = "", anchor = "start" }: { look?: string; anchor?: Anchor } = {}) =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}"${look === "" ? "" : ` class="${look}"`}>${words.replaceAll("<", "&lt;")}</text>`;

export const box = (x: number, y: number, width: number, height: number, look: Look) =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" class="${look}"/>`;

/** A box with lines of text, the first one in full size. */
export const labelled = (x: number, y: number, width: number, look: Look, [first, ...more]: readonly [string, ...string[]]) =>
  [
    box(x, y, width, 30 + 18 * more.length, look),
    text(x + width / 2, y + 20, first, { anchor: "middle" }),
    ...more.map((line, i) => text(x + width / 2, y + 38 + 18 * i, line, { look: "note", anchor: "middle" })),
  ].join("");

export const down = (x: number, from: number, to: number) =>
  `<path class="line" d="M${x} ${from}V${to - 6}"/><path class="tip" d="M${x - 5} ${to - 8}h10l-5 8z"/>`;

export const across = (y: number, from: number, to: number) => {
  const back = to > from ? -8 : 8;
  return `<path class="line" d="M${from} ${y}H${to + back}"/><path class="tip" d="M${to + back} ${y - 5}v10l${-back} -5z"/>`;
};

/** Bits as squares: 1 is filled. */
export const cells = (x: number, y: number, bits: string, side = 26) =>
  Array.from(bits)
    .map((bit, i) => {
      const at = x + i * side;
      const square = `<rect x="${at}" y="${y}" width="${side}" height="${side}" class="work"/>`;
      const fill = bit === "1" ? `<rect x="${at + 2}" y="${y + 2}" width="${side - 4}" height="${side - 4}" class="one"/>` : "";
      return square + fill + text(at + side / 2, y + side / 2 + 5, bit, { look: bit === "1" ? "bits on" : "bits", anchor: "middle" });
    })
    .join("");

export const differing = (a: string, b: string) => Array.from(a).filter((bit, i) => bit !== b[i]).length;

export const draw = ({ label, height, parts }: Figure) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH * 1.15}" height="${Math.round(height * 1.15)}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label}">
<style>${STYLE}</style>
<rect width="100%" height="100%" rx="8" class="page"/>
${parts.join("\n")}
</svg>
`;
