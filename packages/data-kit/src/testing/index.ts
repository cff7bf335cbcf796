export { randomBytes } from "./random-bytes.ts";
export { serve, serveFile } from "./serve.ts";
export { temporaryFolder } from "./temporary-folder.ts";
