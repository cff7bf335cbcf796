// What messages to users need, without TensorFlow.js: loading that takes longer than everything else that `--help` loads.
export { fileError } from "./node/file-error.ts";
export { nearest } from "./nearest.ts";
export { printable } from "./printable.ts";
export { UserError } from "./user-error.ts";
