export { openPlanes } from "./plane-steps.ts";
