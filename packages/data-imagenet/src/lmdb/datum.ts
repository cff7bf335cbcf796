import { protobufFields } from "../protobuf.ts";

/** Caffe's Datum: a labelled picture. */
export interface Datum {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly label: number;
  /** The data is a file (JPEG, PNG) rather than pixels. */
  readonly encoded: boolean;
  /** Where the data are in the message: pixels as planes [channels, height, width] in the order blue, green, red, 0 to 255. */
  readonly start: number;
  readonly end: number;
}

/** More classes than any dataset has; a larger label is invalid. */
const MOST_CLASSES = 1_000_000;

/**
 * Reads the fields of a Datum. Its pixels need not be in memory: Caffe writes the label after them.
 * @param head the message's first bytes; all of it, if it is short
 * @param length of the message
 * @param tail reads the message from an offset to its end
 * @throws Error that says what is wrong, for anything but a Datum with byte pixels or an encoded picture
 * @see https://github.com/BVLC/caffe/blob/master/src/caffe/proto/caffe.proto
 */
export function readDatum(head: Uint8Array, length: number, tail: (from: number) => Uint8Array): Datum {
  const datum = { channels: 0, height: 0, width: 0, label: 0, encoded: false, start: 0, end: 0 };
  const fail = (what: string): never => {
    throw new Error(`it is not a picture as Caffe stores it: ${what}`);
  };
  const read = (bytes: Uint8Array, from: number): void => {
    const partial = from + bytes.length < length;
    let reached = from;
    for (const field of protobufFields(bytes, length - from)) {
      reached = from + field.end;
      if (field.number === 4 && field.kind === "bytes") {
        [datum.start, datum.end] = [from + field.start, reached];
        if (partial) break; // what follows may be truncated
      } else if (field.number === 6) fail("it holds floating-point values");
      else if (field.kind !== "varint") continue;
      else if (field.number === 1) datum.channels = field.value;
      else if (field.number === 2) datum.height = field.value;
      else if (field.number === 3) datum.width = field.value;
      else if (field.number === 5) datum.label = field.value;
      else if (field.number === 7) datum.encoded = field.value !== 0;
    }
    if (partial && reached < length) read(tail(reached), reached);
  };
  read(head, 0);
  const { channels, height, width, label, encoded, start, end } = datum;
  if (start === end) fail("it has no data");
  if (label >= MOST_CLASSES) fail(`its label is ${label}`);
  if (!encoded) {
    if (channels !== 3 && channels !== 1) fail(`it has ${channels} channels, not 3 or 1`);
    if (height < 1 || width < 1 || channels * height * width !== end - start) {
      fail(`${channels}×${height}×${width} pixels should take ${channels * height * width} bytes, it has ${end - start}`);
    }
  }
  return datum;
}
