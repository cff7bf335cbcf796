// The entry point for modules of decoder threads.
export { type Decode, decodeHere, type Undecoded } from "./decode-here.ts";
export { type OpenedPicture, openPicture, pictureLibrary } from "./open-picture.ts";
export type { FileRange } from "./file-range.ts";
