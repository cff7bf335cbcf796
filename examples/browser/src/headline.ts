import { element } from "./element.ts";
import { classesInWords } from "./page-of-model.ts";
import type { ModelFacts } from "./protocol.ts";
import { inWords, kilobytes, margin, milliseconds, percent } from "./texts.ts";

/** Describes the ensemble: number of networks, bytes, milliseconds, accuracy. */
export function showHeadline({ members, bytes, labels, testResults }: ModelFacts, took?: number): void {
  const count = members.length;
  element("headline", HTMLHeadingElement).textContent =
    `${inWords(count)} 1-bit ${count === 1 ? "network votes" : "networks vote"} on your picture, in ${kilobytes(bytes)}`;
  element("classes", HTMLSpanElement).textContent = classesInWords(labels);
  const right = testResults?.votes.at(-1);
  const figures: readonly (readonly [string, string, string])[] = [
    [String(count), count === 1 ? "network" : "networks", ""],
    [kilobytes(bytes), "to download", ""],
    [took === undefined ? "…" : milliseconds(took), "a picture", "on this device"],
    ...(testResults && right !== undefined
      ? [
          [
            percent(right),
            "right",
            `${margin(right, testResults.rows)}, of ${testResults.rows.toLocaleString("en")} test pictures`,
          ] as const,
        ]
      : []),
  ];
  element("figures", HTMLDListElement).replaceChildren(
    ...figures.map(([value, name, note]) => {
      const group = document.createElement("div");
      const term = Object.assign(document.createElement("dt"), { textContent: name });
      if (note !== "") term.append(Object.assign(document.createElement("small"), { textContent: note }));
      group.append(term, Object.assign(document.createElement("dd"), { textContent: value }));
      return group;
    }),
  );
}
