export { compareConfigs, flattenConfig } from "./compare-configs.ts";
export { type PickedImages, pickImages } from "./pick-images.ts";
export { renderComparison } from "./render-comparison.ts";
export { renderReport } from "./render-report.ts";
export type * from "./reported-run.ts";
export { heaviestRows, isUniform, weighSamples } from "./weigh-samples.ts";
