import type { EnsembleEvaluation } from "@benn/analysis";
import { wrap } from "../run/wrap.ts";
import { answerLines } from "./answer-lines.ts";
import { classLines, confusionLines } from "./class-lines.ts";
import { agreementLines, diversityLines, memberLines } from "./member-lines.ts";
import { metricLines, stagedLines } from "./staged-lines.ts";
import { calibrationLines, riskLines } from "./trust-lines.ts";

export interface EvaluationLinesOptions {
  /** Every stage, member, class and confusion, where tables would otherwise be shortened. */
  readonly all: boolean;
  /** Width of the terminal in characters, to which sentences are wrapped. */
  readonly width: number;
}

/** An evaluation as text: the answer first, then the evidence. */
export function evaluationLines(evaluation: EnsembleEvaluation, { all, width }: EvaluationLinesOptions): string[] {
  const lines = [
    ...answerLines(evaluation),
    "",
    ...stagedLines(evaluation, { all, width }),
    ...metricLines(evaluation),
    ...classLines(evaluation, { all, width }),
    ...confusionLines(evaluation, { all, width }),
    ...diversityLines(evaluation),
    ...memberLines(evaluation, { all }),
    ...calibrationLines(evaluation),
    ...riskLines(evaluation),
    ...agreementLines(evaluation),
    ...evaluation.notes.map((note) => `Note: ${note}`),
  ];
  while (lines.at(-1) === "") lines.pop();
  return lines.flatMap((line) => wrap(line, width));
}
