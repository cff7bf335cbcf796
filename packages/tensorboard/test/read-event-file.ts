// Reads an event file by the rules of its format, without any of our code: what TensorBoard would refuse throws here.
import { readFile } from "node:fs/promises";

export interface ReadEvent {
  readonly wallTime: number;
  readonly step: number;
  readonly fileVersion?: string;
  readonly scalars: Readonly<Record<string, number>>;
}

export async function readEventFile(path: string): Promise<ReadEvent[]> {
  const events = records(await readFile(path)).map(readEvent);
  if (events[0]?.fileVersion !== "brain.Event:2") throw new Error(`${path}: does not begin with its version`);
  return events;
}

export function records(file: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < file.length;) {
    const length = Number(file.readBigUInt64LE(at));
    if (file.readUInt32LE(at + 8) !== maskedCrc(file.subarray(at, at + 8))) throw new Error(`record at ${at}: CRC of the length is wrong`);
    const data = file.subarray(at + 12, at + 12 + length);
    if (data.length < length) throw new Error(`record at ${at}: is cut short`);
    if (file.readUInt32LE(at + 12 + length) !== maskedCrc(data)) throw new Error(`record at ${at}: CRC of the data is wrong`);
    found.push(data);
    at += 16 + length;
  }
  return found;
}

/** Bit by bit, as the standard defines it. */
export function plainCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n;
  }
  return Number(crc ^ 0xffffffffn);
}

function maskedCrc(bytes: Uint8Array): number {
  const crc = BigInt(plainCrc32c(bytes));
  return Number((((crc >> 15n) | (crc << 17n)) + 0xa282ead8n) & 0xffffffffn);
}

/** Fields of a protobuf message: varints as numbers, the others as their bytes. */
function fields(message: Buffer): { field: number; type: number; value: number; bytes: Buffer }[] {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message.readUInt8(at++);
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const found = [];
  while (at < message.length) {
    const tag = varint();
    const [field, type] = [tag >> 3, tag & 7];
    const value = type === 0 ? varint() : 0;
    const length = type === 0 ? 0 : type === 1 ? 8 : type === 5 ? 4 : type === 2 ? varint() : Number.NaN;
    if (Number.isNaN(length) || at + length > message.length) throw new Error(`field ${field} of type ${type}: is not whole`);
    found.push({ field, type, value, bytes: message.subarray(at, at + length) });
    at += length;
  }
  return found;
}

function readEvent(message: Buffer): ReadEvent {
  const event = { wallTime: Number.NaN, step: 0, scalars: {} as Record<string, number> };
  let version: string | undefined;
  for (const { field, type, value, bytes } of fields(message)) {
    if (field === 1 && type === 1) event.wallTime = bytes.readDoubleLE();
    else if (field === 2 && type === 0) event.step = value;
    else if (field === 3 && type === 2) version = bytes.toString("utf8");
    else if (field === 5 && type === 2) for (const entry of fields(bytes)) readValue(entry, event.scalars);
    else throw new Error(`Event: unexpected field ${field} of type ${type}`);
  }
  return { ...event, ...(version === undefined ? {} : { fileVersion: version }) };
}

function readValue({ field, type, bytes }: { field: number; type: number; bytes: Buffer }, scalars: Record<string, number>): void {
  if (field !== 1 || type !== 2) throw new Error(`Summary: unexpected field ${field} of type ${type}`);
  const value = fields(bytes);
  const [tag, simple] = value;
  if (value.length !== 2 || tag?.field !== 1 || tag.type !== 2 || simple?.field !== 2 || simple.type !== 5)
    throw new Error("Value: is no scalar");
  scalars[tag.bytes.toString("utf8")] = simple.bytes.readFloatLE();
}
