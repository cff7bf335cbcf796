import type { Insights } from "./insight.ts";

/** The thread's workerData. */
export interface InsightWorkerData {
  readonly folder: string;
  readonly plugins: readonly string[];
  readonly data?: string | undefined;
  readonly cwd: string;
}

export interface InsightRequest {
  readonly what: keyof Insights;
}

export type InsightAnswer =
  | { readonly [K in keyof Insights]: { readonly what: K; readonly found: Insights[K] } }[keyof Insights]
  | { readonly what: keyof Insights; readonly error: string };
