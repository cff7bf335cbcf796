export { createPlugin, type CreatedPlugin, type NewPlugin } from "./create-plugin.ts";
export { KINDS, type Kind } from "./kinds.ts";
export { NewPluginError } from "./new-plugin-error.ts";
