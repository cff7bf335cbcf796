// What a message to people needs, without TensorFlow.js, which takes the command longer to load than all else that `--help` does.
export { fileError } from "./node/file-error.ts";
export { nearest } from "./nearest.ts";
export { printable } from "./printable.ts";
export { UserError } from "./user-error.ts";
