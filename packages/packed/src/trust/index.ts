export { type LikelyClass, openTrust, type Trust, type TrustedPrediction } from "./trust.ts";
export { openTestResults, type TestResults } from "./test-results.ts";
export type { TrustOptions } from "./trust.ts";
