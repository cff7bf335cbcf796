import { type ClassReport, SPLIT_WORDS, wilson } from "@benn/analysis";
import { numbersOf } from "./figure.ts";
import { heading, type Level } from "./heading.ts";
import { html, type Html } from "./html.ts";
import { count, countOf, percent, percentRange } from "./numbers.ts";
import type { ReportedRun } from "./reported-run.ts";
import { table } from "./table.ts";

/** With more classes the matrix is not legible, and the most frequent confusions suffice. */
const MATRIX_CLASSES = 20;
const SHOWN_CONFUSIONS = 20;
/** With more classes the table shows those with the lowest recall; its data contain all. */
const SHOWN_CLASSES = 100;

/** Classes one against the rest, which are confused, and examples of that. */
export function classes({ evaluation, images }: ReportedRun, level: Level = 3): Html {
  const { vote, classes: names } = evaluation;
  const numbers = [
    ["class", "images", "answered", "right", "precision", "recall"],
    ...vote.perClass.map(({ rows, predicted, right, precision, recall }, k) => [names[k], rows, predicted, right, precision, recall]),
  ];
  const places = [...vote.perClass.keys()];
  const shown = places.length <= SHOWN_CLASSES ? places : leastRecall(vote.perClass).slice(0, SHOWN_CLASSES);
  const some = shown.length < places.length ? `, the ${shown.length} of ${count(places.length)} with the least recall` : "";
  return html`${table(
    [
      { head: "Class", text: true },
      { head: "Images" },
      { head: "Answered" },
      { head: "Right" },
      { head: "Precision" },
      { head: "Recall" },
      { head: "95 % interval" },
    ],
    shown.map((k) => {
      const { rows, predicted, right, precision, recall } = vote.perClass[k]!;
      return [
        names[k],
        count(rows),
        count(predicted),
        count(right),
        percent(precision),
        percent(recall),
        rows > 0 ? percentRange(wilson(right, rows)) : "–",
      ];
    }),
    { caption: `Classes of the vote on ${SPLIT_WORDS[vote.on]} images${some}`, sortable: true },
  )}${numbersOf("classes", numbers)}${names.length <= MATRIX_CLASSES ? matrix(evaluation) : mostFrequent(evaluation)}${
    images.confusions.length > 0 &&
    html`${heading(level, "How confused images look")} ${images.note !== undefined && html`<p class="quiet">${images.note}</p>`}
      <ul class="gallery">
        ${images.confusions.map(
          ({ label, predicted, rows, examples }) =>
            html`<li>
              <p><strong>${names[label]}</strong> taken for <strong>${names[predicted]}</strong>: ${countOf(rows, "image")}</p>
              <div class="pictures">
                ${examples.map(
                  ({ row, source }) =>
                    html`<img src="${source}" width="64" height="64" alt="${names[label]}, row ${row}, taken for ${names[predicted]}" />`,
                )}
              </div>
            </li>`,
        )}
      </ul>`
  }`;
}

/** Indices of the classes that have images, by ascending recall; on a tie the class with more images, whose recall is more precise. */
function leastRecall(perClass: readonly ClassReport[]): number[] {
  const recall = (k: number): number => perClass[k]?.recall ?? Number.NaN;
  return [...perClass.keys()]
    .filter((k) => Number.isFinite(recall(k)))
    .toSorted((a, b) => recall(a) - recall(b) || perClass[b]!.rows - perClass[a]!.rows || a - b);
}

function matrix({ vote, classes: names }: ReportedRun["evaluation"]): Html {
  const at = new Map(vote.confusions.map(({ label, predicted, rows }) => [label * names.length + predicted, rows]));
  const cell = (label: number, predicted: number): number =>
    label === predicted ? (vote.perClass[label]?.right ?? 0) : (at.get(label * names.length + predicted) ?? 0);
  const caption = "Confusion matrix: a row for what an image shows, a column for what is answered";
  return html`<div class="wide" tabindex="0" role="group" aria-label="${caption}">
      <table class="matrix">
        <caption>
          <span>${caption}</span>
        </caption>
        <thead>
          <tr>
            <th scope="col" class="text">Shows</th>
            ${names.map((name) => html`<th scope="col"><span>${name}</span></th>`)}
          </tr>
        </thead>
        <tbody>
          ${names.map(
            (name, label) =>
              html`<tr>
                <th scope="row" class="text">${name}</th>
                ${names.map((_, predicted) => {
                  const rows = cell(label, predicted);
                  const share = Math.round((100 * rows) / Math.max(1, vote.perClass[label]?.rows ?? 1));
                  return html`<td class="${label === predicted ? "hit" : "miss"}" style="--share:${share}">
                    ${rows === 0 ? html`<span class="quiet">0</span>` : count(rows)}
                  </td>`;
                })}
              </tr> `,
          )}
        </tbody>
      </table>
    </div>
    ${numbersOf("confusion matrix", [["shows", ...names], ...names.map((name, label) => [name, ...names.map((_, predicted) => cell(label, predicted))])])}`;
}

function mostFrequent({ vote, classes: names }: ReportedRun["evaluation"]): Html {
  const shown = vote.confusions.slice(0, SHOWN_CONFUSIONS);
  const rows = shown.map(({ label, predicted, rows: taken }) => [names[label], names[predicted], taken]);
  return html`${table(
    [{ head: "Shows", text: true }, { head: "Answered", text: true }, { head: "Images" }],
    rows.map(([label, predicted, taken]) => [label, predicted, count(Number(taken))]),
    { caption: `The ${shown.length} most frequent of ${count(vote.confusions.length)} confusions`, sortable: true },
  )}${numbersOf("confusions", [["shows", "answered", "images"], ...rows])}`;
}
