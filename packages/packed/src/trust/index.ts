export { type LikelyClass, openTrust, type Trust, type TrustedPrediction } from "./trust.ts";
export type { TrustOptions } from "./trust.ts";
