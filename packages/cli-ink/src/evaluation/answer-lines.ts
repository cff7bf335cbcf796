import type { ComparedMember, EnsembleEvaluation } from "@benn/analysis";
import { count, percent } from "../run/format.ts";
import { membersWord } from "../run/vote-sentence.ts";
import { intervalCell, pointsInterval, probability } from "./cells.ts";
import { SPLIT_WORDS } from "@benn/analysis";

/** The accuracy of the vote compared with single members, as the first lines. */
export function answerLines({ folder, voter, splits, vote, members, planned, ended, mirror }: EnsembleEvaluation): string[] {
  const split = splits[vote.on];
  const final = split?.staged.at(-1)?.[voter];
  if (!split || !final) return [];
  const voting = split.staged.length;
  const rows = `${count(vote.rows)} ${SPLIT_WORDS[vote.on]} images`;
  const missing = planned - members.length;
  return [
    `${folder}: the ${voter} vote of ${membersWord(voting)} has ${count(final.right)} of ${rows} right${mirror ? ", each with its mirror image" : ""}: ${percent(final.accuracy)} ${intervalCell(final.interval)}.`,
    ...(voting > 1
      ? [`A single member has ${percent(split.singleMean.accuracy)} on average. ${vote.against.map(againstWords).join(" ")}`]
      : []),
    ...(missing > 0 && !ended
      ? [`${membersWord(members.length)} of ${planned} are trained so far; resume with "benn train --resume ${folder}".`]
      : []),
    "Intervals hold the true value in 95 % of cases.",
  ];
}

function againstWords({ member, chosenOn, accuracy, difference, interval, pValue }: ComparedMember): string {
  const points = Math.abs(100 * difference).toFixed(1);
  const word = difference < 0 ? "fewer" : "more";
  return `The best on ${SPLIT_WORDS[chosenOn]} images, member ${member + 1}, has ${percent(accuracy)}: the vote has ${points} points ${word} ${pointsInterval(interval)}, ${probability(pValue)} by McNemar's test.`;
}
