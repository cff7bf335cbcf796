import { element } from "./element.ts";
import type { ModelFacts } from "./protocol.ts";
import { kilobytes, percent } from "./texts.ts";

/** Compares the ensemble with the same networks at 32 bits per weight, as far as the file knows. */
export function showBits({ members, bytes, testResults }: ModelFacts): void {
  const real = testResults?.realBytes;
  const right = testResults?.votes.at(-1);
  const rows: (readonly [string, string, string])[] = [
    ["bytes", kilobytes(bytes), real === undefined ? "–" : `${kilobytes(real)} (${(real / bytes).toFixed(1)} ×)`],
    ...(real === undefined ? [] : [["bytes of a network", kilobytes(bytes / members.length), kilobytes(real / members.length)] as const]),
    ...(testResults && right !== undefined
      ? ([
          ["right, the vote", percent(right), testResults.twin === undefined ? "–" : `${percent(testResults.twin)}, one network`],
          ["right, the best single network", percent(Math.max(...testResults.singles)), ""],
        ] as const)
      : []),
  ];
  element("bits", HTMLTableSectionElement).replaceChildren(
    ...rows.map(([name, own, other]) => {
      const row = document.createElement("tr");
      row.append(Object.assign(document.createElement("th"), { scope: "row", textContent: name }));
      for (const text of [own, other]) row.append(Object.assign(document.createElement("td"), { textContent: text }));
      return row;
    }),
  );
}
