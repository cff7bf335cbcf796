import { type Accuracy, type Interval, SPLIT_WORDS } from "@benn/analysis";
import { html, type Html, type Value } from "./html.ts";
import { bytes, count, countOf, milliseconds, percent, percentRange, points, pointsRange, probability } from "./numbers.ts";
import type { ReportedRun } from "./reported-run.ts";
import { table } from "./table.ts";

/** The final vote on the split of the detailed evaluation, and the number of voting members. */
export function finalVote({ evaluation: { splits, vote, voter } }: ReportedRun): Accuracy & { readonly members: number } {
  const staged = splits[vote.on]?.staged ?? [];
  const final = staged.at(-1)?.[voter];
  if (!final) throw new RangeError(`no ${voter} vote on ${vote.on} rows`);
  return { ...final, members: staged.length };
}

/** The accuracy of the vote compared with single members and the twin, and its cost. */
export function answer(run: ReportedRun): Html {
  const { evaluation, twin, size, speed, recipe } = run;
  const { vote, voter, splits, planned, members, ended, mirror } = evaluation;
  const final = finalVote(run);
  const images = `${SPLIT_WORDS[vote.on]} images`;
  const rows: Value[][] = [
    [`${voter} vote of ${countOf(final.members, "member")}`, percent(final.accuracy), percentRange(final.interval), "", ""],
    ...vote.against.map(({ member, chosenOn, accuracy, difference, interval, pValue }): Value[] => [
      html`best single member, number ${member + 1},
        <span class="quiet"
          >chosen on ${chosenOn === vote.on ? html`these ${images}: flattered` : html`${SPLIT_WORDS[chosenOn]} images`}</span
        >`,
      percent(accuracy),
      "",
      html`${points(difference)} <span class="quiet">(${pointsRange(interval)})</span>`,
      probability(pValue),
    ]),
    ...(final.members > 1 ? [singleMean(run, final)] : []),
    ...(twin
      ? [
          [
            html`real-valued twin <code>${twin.name}</code>, ${countOf(twin.members, "member")}, ${bytes(twin.bytes)}`,
            percent(twin.accuracy.accuracy),
            percentRange(twin.accuracy.interval),
            html`${points(twin.comparison.difference)} <span class="quiet">(${pointsRange(twin.comparison.interval)})</span>`,
            probability(twin.comparison.pValue),
          ] satisfies Value[],
        ]
      : []),
    ...(recipe?.published
      ? [
          [
            html`published of the recipe <code>${recipe.preset}</code>, vote
              <span class="quiet">(single member ${recipe.published.single.toFixed(2)} %)</span>`,
            `${recipe.published.ensemble.toFixed(2)} %`,
            "",
            "",
            "",
          ] satisfies Value[],
        ]
      : []),
  ];
  const trained = splits.train?.staged.at(-1)?.[voter];
  return html`<p class="answer">
      The ${voter} vote of ${countOf(final.members, "member")} has <strong>${percent(final.accuracy)}</strong> of ${count(vote.rows)}
      ${images} right${mirror && ", each with its mirror image"}
      <span class="nowrap">(95 % interval ${percentRange(final.interval)})</span>.
      ${sentences(run)}${
        !ended && members.length < planned && html` The run is not finished: ${members.length} of ${planned} members are trained so far.`
      }
    </p>
    <dl class="facts">
      <div>
        <dt>Accuracy</dt>
        <dd>${percent(final.accuracy)}</dd>
        <dd class="quiet">${count(final.right)} of ${count(vote.rows)}</dd>
      </div>
      ${
        trained &&
        html`<div>
          <dt>On training images</dt>
          <dd>${percent(trained.accuracy)}</dd>
          <dd class="quiet">${points(trained.accuracy - final.accuracy)}</dd>
        </div>`
      }
      <div>
        <dt>Size</dt>
        <dd>${bytes(size.bytes)}</dd>
        <dd class="quiet">
          ${(size.realBytes / size.bytes).toFixed(1)}× smaller than in float32 (${bytes(size.realBytes)})${!size.packed && ", counted"}
        </dd>
      </div>
      ${
        speed &&
        html`<div>
          <dt>Time per image</dt>
          <dd>${milliseconds(speed.median)}</dd>
          <dd class="quiet">quartiles ${milliseconds(speed.quartiles[0])} and ${milliseconds(speed.quartiles[1])}</dd>
        </div>`
      }
    </dl>
    ${table([{ head: "Classifier", text: true }, { head: "Accuracy" }, { head: "95 % interval" }, { head: "The vote has" }, { head: "McNemar" }], rows, { caption: `Accuracy on ${images}` })}
    <p class="quiet">
      Intervals of accuracies are Wilson’s, those of differences are from the bootstrap over images; p is of McNemar’s exact test on the
      same
      images.${
        speed &&
        html` Time is the median of ${count(speed.images)} images, one after the other, by the packed runtime on one thread of
        ${speed.machine}.`
      }${size.reason !== undefined && html` Size is counted and no time is measured: ${size.reason}`}
    </p>`;
}

/** How the vote compares with others, and its cost. */
function sentences(run: ReportedRun): Html {
  const { evaluation, twin, size, speed } = run;
  const { vote, splits } = evaluation;
  const final = finalVote(run);
  const than = (difference: number, interval?: Interval): string =>
    `${points(Math.abs(difference)).replace("+", "")} ${difference < 0 ? "less" : "more"}${interval && interval[0] <= 0 && interval[1] >= 0 ? " (too close to call)" : ""} than `;
  const honest = vote.against.find(({ chosenOn }) => chosenOn !== vote.on) ?? vote.against[0];
  const others = [
    ...(honest
      ? [
          `${than(honest.difference, honest.interval)}the single member that ${honest.chosenOn === vote.on ? "these" : SPLIT_WORDS[honest.chosenOn]} images choose`,
          `${than(final.accuracy - (splits[vote.on]?.singleMean.accuracy ?? Number.NaN))}a single member on average`,
        ]
      : []),
    ...(twin ? [`${than(twin.comparison.difference, twin.comparison.interval)}its real-valued twin`] : []),
  ];
  return html`${others.length > 0 && `That is ${listed(others)}. `}It takes
  ${bytes(size.bytes)}${speed && html` and <span class="nowrap">${milliseconds(speed.median)}</span> per image`}.`;
}

/** `a`, `a and b`, `a, b, and c`. */
function listed(parts: readonly string[]): string {
  return parts.length < 3 ? parts.join(" and ") : `${parts.slice(0, -1).join(", ")}, and ${parts.at(-1) ?? ""}`;
}

function singleMean({ evaluation: { splits, vote } }: ReportedRun, final: Accuracy): Value[] {
  const mean = splits[vote.on]?.singleMean.accuracy ?? Number.NaN;
  return ["single member, mean", percent(mean), "", points(final.accuracy - mean), ""];
}
