export { bootstrap, type BootstrapOptions } from "./bootstrap.ts";
export { type Calibration, calibration, type CalibrationBin, type CalibrationOptions, confidences } from "./calibration.ts";
export { type ClassReport, classReport } from "./class-report.ts";
export { type Confusion, confusionMatrix, confusions } from "./confusion-matrix.ts";
export { type Diversity, diversity, type MemberPair } from "./diversity.ts";
export { type FixedAndBroke, fixedAndBroke } from "./fixed-and-broke.ts";
export { type McNemar, mcnemar } from "./mcnemar.ts";
export { rightRows } from "./right-rows.ts";
export { type RiskAtCoverage, type RiskCoverage, riskCoverage } from "./risk-coverage.ts";
export { SPLIT_WORDS } from "./split-words.ts";
export type { StepProgress } from "./steps.ts";
export { fitTemperature } from "./temperature.ts";
export { type Interval, wilson } from "./wilson.ts";
export { addsUp } from "./adds-up.ts";
export { type ComparedMember, compareMembers, type Comparison } from "./compare-members.ts";
export {
  type Accuracy,
  type EnsembleEvaluation,
  evaluateEnsemble,
  evaluateInSteps,
  type EvaluatedSplit,
  type EvaluatedVote,
  type EvaluateOptions,
} from "./evaluate-ensemble.ts";
export { finalAnswers, type FinalAnswers, finalAnswersInSteps } from "./final-answers.ts";
export { type Tempered, voteProbabilities } from "./vote-probabilities.ts";
export { type Measured, type VotedSplit, voteSplit, type VoteTask } from "./vote-split.ts";
export { type MemberSelection, selectMembers, type SelectionStep, type SelectionTask } from "./select-members.ts";
export { type Disturbance, type DisturbedVote, disturbanceOf } from "./disturbance.ts";
export { fittedVoters } from "./fitted-voters.ts";
export { movement, type Movement, unitSpread } from "./movement.ts";
export { compareRetrainings, type Retrained, type RetrainedStage } from "./retrainings.ts";
export { studentInterval } from "./student-interval.ts";
export { type DrawSummary, type Estimate, type EstimatedMovement, summarizeDraws } from "./summarize-draws.ts";
export type { MeasuredNoise, Noise, Stability } from "./stability.ts";
export { answerCosts } from "./answer-costs.ts";
export { type ComparedEnsemble, type ComparedKind, type Cost, type CostComparison, type CostMatch, COSTS } from "./cost-comparison.ts";
export { matchCosts, paretoFront } from "./match-costs.ts";
