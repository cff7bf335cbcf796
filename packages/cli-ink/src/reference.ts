// The door for what writes the reference pages of the site: the command line and the configuration, as data.
export { createProgram } from "./command/program.ts";
export { type JsonSchema, type RegisteredName, registeredNames } from "./command/registered-names.ts";
export { EXIT_HELP } from "./command/exit-codes.ts";
export { configJsonSchema } from "./command/schema.ts";
