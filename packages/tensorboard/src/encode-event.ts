// TensorFlow's Event message, as far as scalars need it:
//
//     Event   { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; }
//     Summary { repeated Value value = 1; }
//     Value   { string tag = 1; float simple_value = 2; }
//
// tensorflow/core/util/event.proto and framework/summary.proto; the wire format is protobuf's.

const [VARINT, FIXED64, LENGTH_DELIMITED, FIXED32] = [0, 1, 2, 5] as const;

/** The first event of every file. */
export function encodeFileVersion(wallTime: number): Buffer {
  return Buffer.concat([double(1, wallTime), bytes(3, Buffer.from("brain.Event:2"))]);
}

/**
 * An event of scalars that belong to one step.
 * @param wallTime seconds since 1970
 * @param step a whole number, 0 ≤ step ≤ 2⁵³
 */
export function encodeScalars(wallTime: number, step: number, scalars: readonly (readonly [tag: string, value: number])[]): Buffer {
  const values = scalars.map(([tag, value]) => bytes(1, Buffer.concat([bytes(1, Buffer.from(tag)), float(2, value)])));
  return Buffer.concat([double(1, wallTime), key(2, VARINT), varint(step), bytes(5, Buffer.concat(values))]);
}

function key(field: number, type: number): Buffer {
  return varint(field * 8 + type);
}

/** Seven bits per byte, the low ones first; a set high bit means that more follow. */
function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128); // not by shifts: steps may exceed 32 bits
  out.push(rest);
  return Buffer.from(out);
}

function double(field: number, value: number): Buffer {
  const number = Buffer.alloc(8);
  number.writeDoubleLE(value);
  return Buffer.concat([key(field, FIXED64), number]);
}

function float(field: number, value: number): Buffer {
  const number = Buffer.alloc(4);
  number.writeFloatLE(value);
  return Buffer.concat([key(field, FIXED32), number]);
}

function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([key(field, LENGTH_DELIMITED), varint(value.length), value]);
}
