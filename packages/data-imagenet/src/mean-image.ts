import { readFileSync } from "node:fs";
import { UserError } from "@benn/core";
import { parseNpy } from "@benn/core/internals";
import { packedNumbers, protobufFields } from "./protobuf.ts";

const CAST = "Save it with numpy.save as float32 [3, height, width].";

/** Planes [3, height, width] in the order blue, green, red, of values from 0 to 255. */
interface Planes {
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array | Float64Array;
}

/**
 * Reads the mean that is subtracted: a mean image as written by Caffe's compute_image_mean (.binaryproto) or by its Python tools (.npy of
 * [3, height, width]), or a mean per channel (.npy of [3], or the three numbers themselves).
 * @param mean "104,117,123" or the path of a file; in the order blue, green, red
 * @param side required side of a mean image
 * @returns [3] or [side, side, 3], in the order blue, green, red
 * @throws UserError for what is neither, or an image of another size
 */
export function readMean(mean: string, side: number): Float32Array {
  const numbers = mean.split(",").map(Number);
  if (numbers.length === 3 && numbers.every((value) => value >= 0 && value <= 255)) return Float32Array.from(numbers);
  let file: Buffer;
  try {
    file = readFileSync(mean);
  } catch (cause) {
    throw new UserError(
      `imagenet: the mean "${mean}" is neither three numbers from 0 to 255 nor a file that can be read. Give one of the two.`,
      {
        cause,
      },
    );
  }
  const { height, width, values } = mean.endsWith(".npy") ? planesOf(file, mean) : sound(() => parseBlob(file), mean);
  if (values.length !== 3 * height * width || !values.every(Number.isFinite)) {
    throw new UserError(`imagenet: the mean "${mean}" has ${values.length} values, not 3×${height}×${width} finite ones. Make it again.`);
  }
  if (height * width === 1) return Float32Array.from(values);
  if (height !== side || width !== side) {
    throw new UserError(
      `imagenet: the mean image "${mean}" is ${width}×${height}, but pictures are cut from ${side}×${side}. Set dataset.resize=${width}.`,
    );
  }
  const image = new Float32Array(values.length);
  const plane = height * width;
  for (let at = 0; at < plane; at++) for (let channel = 0; channel < 3; channel++) image[3 * at + channel] = values[channel * plane + at]!;
  return image;
}

function sound(parse: () => Planes, path: string): Planes {
  try {
    return parse();
  } catch (cause) {
    throw new UserError(`imagenet: the mean image "${path}" cannot be read: ${(cause as Error).message}. Make it again.`, { cause });
  }
}

/** Caffe's BlobProto: fields num, channels, height, width (1 to 4) or shape (7); data (5) or double_data (8). */
function parseBlob(file: Buffer): Planes {
  const legacy = [1, 1, 1, 1];
  let shape: number[] | undefined;
  let values: Float32Array | Float64Array = new Float32Array();
  const single: number[] = [];
  for (const { number, value, start, end, kind } of protobufFields(file, file.length)) {
    if (number <= 4 && kind === "varint") legacy[number - 1] = value;
    else if (number === 7 && kind === "bytes") shape = dimensions(file.subarray(start, end));
    else if (number === 5 && kind === "bytes")
      values = new Float32Array(new Uint8Array(file.subarray(start, end - ((end - start) % 4))).buffer);
    else if (number === 5 && end - start === 4) single.push(file.readFloatLE(start));
    else if (number === 8 && kind === "bytes")
      values = new Float64Array(new Uint8Array(file.subarray(start, end - ((end - start) % 8))).buffer);
  }
  const [height = 1, width = 1] = (shape ?? legacy).slice(-2);
  return { height, width, values: values.length > 0 ? values : Float32Array.from(single) };
}

/** BlobShape: the sizes as one packed field or as one field each. */
function dimensions(message: Buffer): number[] {
  const fields = [...protobufFields(message, message.length)].filter(({ number }) => number === 1);
  return fields.flatMap(({ value, start, end, kind }) => (kind === "varint" ? [value] : packedNumbers(message.subarray(start, end))));
}

/** A .npy file of floats [3] or [3, height, width]. */
function planesOf(file: Buffer, path: string): Planes {
  const who = `imagenet: the mean "${path}"`;
  const { shape, values } = parseNpy(file, who, { types: ["<f4", "<f8"], cast: CAST });
  if (shape[0] !== 3 || (shape.length !== 1 && shape.length !== 3))
    throw new UserError(`${who} has the shape [${shape.join(", ")}]. ${CAST}`);
  return { height: shape[1] ?? 1, width: shape[2] ?? 1, values: Float64Array.from(values, Number) };
}
