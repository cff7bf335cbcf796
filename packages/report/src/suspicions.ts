import { SPLIT_WORDS } from "@benn/analysis";
import { finalVote } from "./answer.ts";
import { count, countOf, percent, points, probability } from "./numbers.ts";
import type { ReportedRun } from "./reported-run.ts";

/** Maximum difference between training accuracy and other accuracies before it is reported. */
const GAP = 0.15;
/** Share of the chance error from which on a member's error counts as near chance. */
const NEAR_CHANCE = 0.95;
const SIGNIFICANT = 0.05;
const CALIBRATION_ERROR = 0.1;
/** Half the width of an interval that is too imprecise. */
const WIDE = 0.05;

/** What a careful reader would question, one sentence each, the most important first. */
export function suspicions(run: ReportedRun): string[] {
  const { evaluation, members, ending, reused } = run;
  const { vote, voter, splits, classes } = evaluation;
  const images = `${SPLIT_WORDS[vote.on]} images`;
  const final = finalVote(run);
  const found: string[] = [];

  const trained = splits.train?.staged.at(-1)?.[voter];
  if (trained && vote.on !== "train" && trained.accuracy - final.accuracy > GAP)
    found.push(
      `The vote has ${percent(trained.accuracy)} of the training images right and ${percent(final.accuracy)} of the ${images}: ${(100 * (trained.accuracy - final.accuracy)).toFixed(1)} points of it are learned by heart.`,
    );

  const never = vote.perClass.flatMap(({ rows, predicted }, k) => (rows > 0 && predicted === 0 ? [classes[k] ?? ""] : []));
  if (never.length > 0)
    found.push(`${never.length === 1 ? "One class is" : `${never.length} classes are`} never answered: ${listed(never)}.`);

  const chance = 1 - 1 / classes.length;
  const weak = members.filter(({ error }) => error > NEAR_CHANCE * chance).map(({ member }) => String(member + 1));
  if (weak.length > 0)
    found.push(
      `${weak.length === 1 ? "Member" : "Members"} ${listed(weak)} ${weak.length === 1 ? "has" : "have"} a weighted error ε near chance (${percent(chance)} of ${classes.length} classes): a vote of little worth.`,
    );

  found.push(...stages(run));

  const [first] = vote.against;
  if (first && first.pValue > SIGNIFICANT)
    found.push(
      `The vote does not differ reliably from its best single member, as the ${images} choose it: ${points(first.difference)}, ${probability(first.pValue)} by McNemar’s test.`,
    );

  const same = vote.diversity.pairs.filter(({ disagreement }) => disagreement === 0);
  if (same.length > 0)
    found.push(
      `${countOf(same.length, "pair")} of members ${same.length === 1 ? "answers" : "answer"} every one of the ${images} alike: one of the two adds nothing.`,
    );

  const dropped = evaluation.members.filter(({ alpha }) => alpha === undefined).map(({ member }) => String(member + 1));
  if (dropped.length > 0)
    found.push(`The scheme dropped ${dropped.length === 1 ? "member" : "members"} ${listed(dropped)}: without a vote.`);
  const negative = evaluation.members.filter(({ alpha }) => alpha !== undefined && alpha < 0).map(({ member }) => String(member + 1));
  if (negative.length > 0)
    found.push(
      `${negative.length === 1 ? "Member" : "Members"} ${listed(negative)} ${negative.length === 1 ? "votes" : "vote"} with a negative weight: worse than chance on the training rows.`,
    );

  const { expectedCalibrationError: error } = vote.calibrated ?? vote.calibration;
  if (error > CALIBRATION_ERROR)
    found.push(
      `Its probabilities are off by ${percent(error)} on average${vote.calibrated ? " even at the fitted temperature" : ", and no images are held out to fit a temperature on"}.`,
    );

  const half = (final.interval[1] - final.interval[0]) / 2;
  if (half > WIDE) found.push(`${count(vote.rows)} ${images} are few: the accuracy is known to about ±${(100 * half).toFixed(0)} points.`);

  if (reused.length > 0 && splits.validation)
    found.push(
      `The validation images are not fresh: ${reused.join("; ")}. Accuracy on them is optimistic, and what they choose here, like the temperature, fits new images a little less well.`,
    );

  if (ending !== undefined) found.push(`The run ended before its last member: ${ending}`);
  return [...found, ...evaluation.notes];
}

/** A number of members that was chosen on the rows on which it is measured. */
function stages({ evaluation: { splits, vote, voter } }: ReportedRun): string[] {
  const staged = splits[vote.on]?.staged.map((stage) => stage[voter]?.right ?? 0) ?? [];
  const most = Math.max(...staged);
  const best = staged.indexOf(most) + 1;
  if (best === staged.length || most === staged.at(-1)) return [];
  const held = splits.validation?.staged.map((stage) => stage[voter]?.right ?? 0);
  const chosen = held && vote.on !== "validation" ? held.indexOf(Math.max(...held)) + 1 : undefined;
  const more = most - (staged.at(-1) ?? 0);
  return [
    `The first ${best} of ${countOf(staged.length, "member")} would have ${countOf(more, "image")} more right, but that number is chosen on the ${SPLIT_WORDS[vote.on]} images it is measured on: it flatters, and must not be reported. ` +
      (chosen === undefined
        ? vote.on === "validation"
          ? "Test images have no say here."
          : "Hold out validation images to choose it."
        : `Validation images choose ${chosen}, which has ${percent((staged[chosen - 1] ?? 0) / vote.rows)}.`),
  ];
}

function listed(names: readonly string[], most = 8): string {
  return names.length <= most ? names.join(", ") : `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
}
