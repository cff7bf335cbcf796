import type { InsightState } from "../../insight/insight.ts";
import { dim, type Line, line } from "../line.ts";
import { wrap } from "../../run/wrap.ts";

/** Placeholder while data from the run folder are not available. */
export function waitingFor(insight: InsightState, what: keyof InsightState, width: number): Line[] {
  const { error, isLoading } = insight[what] ?? {};
  const text = error ?? (isLoading ? "reading the logits of the members …" : "appears after the first member finishes");
  return wrap(text, width).map((part) => line(dim(part)));
}
