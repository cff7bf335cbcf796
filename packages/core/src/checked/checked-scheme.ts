import type { Draw, DrawRound, EnsembleScheme, NextRound, Verdict } from "../ensemble-scheme.ts";
import { callPlugin } from "./call-plugin.ts";
import { checkSampleWeights } from "./check-sample-weights.ts";
import { ContractError } from "./contract-error.ts";
import { describeValue } from "./describe-value.ts";
import { requireMethods } from "./require-methods.ts";
import { withChecks } from "./with-checks.ts";

const BEGIN = "It gets { samples, classes } and returns the sample weights of the first member, a Float64Array of one number a row";
const DRAW =
  "It gets { member, epoch, purpose, sampleWeights, samples, random } and returns " +
  '{ kind: "rows", rows } with an Int32Array of row numbers, or { kind: "weighted", sampleWeights }';
const NEXT =
  "It gets { member, sampleWeights, wrong, error, labels, classes, logits } and returns " +
  '{ kind: "accept", alpha, sampleWeights }, { kind: "reject", reason } or { kind: "stop", reason }';

/** Checks everything the scheme returns, on every call. */
export function checkedScheme(scheme: EnsembleScheme, who: string): EnsembleScheme {
  requireMethods(who, scheme, { required: ["next"], optional: ["begin", "draw"] });
  return withChecks(scheme, {
    ...(scheme.begin && {
      begin(problem) {
        const sampleWeights: unknown = callPlugin(who, "begin", BEGIN, () => scheme.begin?.(problem));
        checkSampleWeights(`${who}: begin returned`, sampleWeights, problem.samples);
        return sampleWeights;
      },
    }),
    ...(scheme.draw && {
      draw(round) {
        const draw: unknown = callPlugin(who, `draw for member ${round.member + 1}`, DRAW, () => scheme.draw?.(round));
        checkDraw(`${who}: draw for member ${round.member + 1}, epoch ${round.epoch + 1} returned`, draw, round);
        return draw;
      },
    }),
    next(round) {
      const verdict: unknown = callPlugin(who, `next for member ${round.member + 1}`, NEXT, () => scheme.next(round));
      checkVerdict(`${who}: next for member ${round.member + 1} returned`, verdict, round, scheme.independent === true);
      return verdict;
    },
  });
}

function checkDraw(from: string, draw: unknown, { samples }: DrawRound): asserts draw is Draw {
  const fail = (what: string): never => {
    throw new ContractError(`${from} ${what}. ${DRAW}.`);
  };
  const { kind, rows, sampleWeights } = fieldsOf(draw);
  if (kind === "weighted") return checkSampleWeights(from, sampleWeights, samples);
  if (kind !== "rows") return fail(unknownKind(draw, kind));
  if (!(rows instanceof Int32Array)) return fail(`${describeValue(rows)} as rows`);
  if (rows.length === 0) return fail("no rows");
  const outside = rows.find((row) => row < 0 || row >= samples);
  if (outside !== undefined) return fail(`row ${outside}, but the rows are 0 to ${samples - 1}`);
}

function checkVerdict(from: string, verdict: unknown, { sampleWeights }: NextRound, isIndependent: boolean): asserts verdict is Verdict {
  const fail = (what: string): never => {
    throw new ContractError(`${from} ${what}. ${NEXT}.`);
  };
  const { kind, alpha, reason, warning, sampleWeights: next } = fieldsOf(verdict);
  if (kind !== "accept" && kind !== "reject" && kind !== "stop") return fail(unknownKind(verdict, kind));
  const mayVote = kind === "accept" || (kind === "stop" && alpha !== undefined);
  if (mayVote && !Number.isFinite(alpha)) return fail(`${describeValue(alpha)} as alpha, which must be a finite number`);
  if (kind !== "accept" && !isSentence(reason)) return fail(`"${kind}" with ${describeValue(reason)} as reason, which must be a sentence`);
  if (warning !== undefined && !isSentence(warning)) return fail(`${describeValue(warning)} as warning, which must be a sentence`);
  if (kind === "stop" || (kind === "reject" && next === undefined)) return;
  checkSampleWeights(from, next, sampleWeights.length);
  if (isIndependent && next.some((weight, row) => weight !== sampleWeights[row]))
    return fail("other sample weights, though it has independent: true");
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function unknownKind(value: unknown, kind: unknown): string {
  return kind === undefined
    ? `${describeValue(value)}${typeof value === "object" && value !== null ? ", without a kind" : ""}`
    : `the kind ${describeValue(kind)}`;
}

function isSentence(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "";
}
