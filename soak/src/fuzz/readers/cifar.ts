import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parseNpy, writeSafetensors } from "@benn/core/internals";
import { Header } from "tar";
import { readBinaryBatches } from "../../../../packages/data-cifar/src/binary-batches.ts";
import { extractBatches } from "../../../../packages/data-cifar/src/extract-batches.ts";
import { CIFAR10 } from "../../../../packages/data-cifar/src/layout.ts";
import { keepZca } from "../../../../packages/data-cifar/src/keep-zca.ts";
import { readNumpyArrays } from "../../../../packages/data-cifar/src/numpy-arrays.ts";
import { BATCHES, records, writeBatches } from "../../../../packages/data-cifar/test/mini-batches.ts";
import { must, type Reader } from "../reader.ts";

/** A .npy file as numpy.save writes it. */
export function npy(descr: string, shape: readonly number[], data: Uint8Array): Uint8Array {
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  const header = Buffer.from(`${text.padEnd(117)}\n`, "latin1");
  const size = Buffer.alloc(2);
  size.writeUInt16LE(header.length);
  return Buffer.concat([Buffer.from("\u0093NUMPY\u0001\u0000", "latin1"), size, header, data]);
}

const bytesOf = (values: Float32Array | Float64Array | Int32Array | BigInt64Array): Uint8Array => new Uint8Array(values.buffer);

export const array: Reader = {
  reads: "NumPy arrays",
  inputs: 60_000,
  open: async () => ({
    seeds: [
      npy(
        "|u1",
        [2, 3, 4],
        Uint8Array.from({ length: 24 }, (_, i) => i),
      ),
      npy("<f4", [6], bytesOf(Float32Array.from([1, 2, 3, 4, 5, 6]))),
      npy("<f8", [2, 2], bytesOf(Float64Array.from([1, 2, 3, 4]))),
      npy("<i8", [3, 1], bytesOf(BigInt64Array.from([1n, 2n, 3n]))),
      npy("<i4", [3], bytesOf(Int32Array.from([1, 2, 3]))),
    ],
    form: "bytes",
    read(bytes) {
      const { shape, values } = parseNpy(bytes, "fuzzed.npy", { cast: "Cast it." });
      must(shape.reduce((n, side) => n * side, 1) === values.length, "an array is as long as its shape");
    },
  }),
};

export const arrays: Reader = {
  reads: "a folder of NumPy arrays, of which one is changed",
  inputs: 6000,
  async open(folder) {
    const labels = npy("<i8", [4], bytesOf(BigInt64Array.from([0n, 1n, 2n, 9n])));
    const images = npy("|u1", [4, 3, 32, 32], records(4, 1).subarray(0, 12_288));
    for (const part of ["train", "test"]) {
      writeFileSync(join(folder, `${part}_data.npy`), images);
      writeFileSync(join(folder, `${part}_labels.npy`), labels);
    }
    return {
      seeds: [labels],
      form: "bytes",
      async read(bytes) {
        writeFileSync(join(folder, "train_labels.npy"), bytes);
        const { train } = await readNumpyArrays(folder);
        must(train.labels.length === 4 && train.labels.every((label) => label < 10), "each image has a class");
      },
    };
  },
};

export const batches: Reader = {
  reads: "the binary files of CIFAR-10",
  inputs: 6000,
  async open(folder) {
    await writeBatches(folder, 2);
    const names = join(folder, "batches.meta.txt");
    return {
      seeds: [records(2, 7), Buffer.from("airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n")],
      form: "bytes",
      async read(bytes) {
        rmSync(names, { force: true });
        writeFileSync(bytes.length < 200 ? names : join(folder, "data_batch_3.bin"), bytes);
        const { train, labels } = await readBinaryBatches(folder, CIFAR10);
        must(train.pixels.length === train.labels.length * 3072 && labels.length === 10, "each image has pixels and a class");
      },
    };
  },
};

export const archive: Reader = {
  reads: "the archive of CIFAR-10 (.tar.gz)",
  inputs: 6000,
  async open(folder) {
    const file = (path: string, data: Uint8Array, type: "File" | "SymbolicLink" | "Directory" = "File"): Buffer => {
      const block = Buffer.alloc(512);
      new Header({
        path,
        size: data.length,
        type,
        mode: 0o644,
        mtime: new Date(0),
        ...(type === "SymbolicLink" ? { linkpath: "/etc/passwd" } : {}),
      }).encode(block);
      return Buffer.concat([block, data, Buffer.alloc((512 - (data.length % 512)) % 512)]);
    };
    const none = Buffer.alloc(0);
    const inner = BATCHES.map((name, seed) => file(`cifar-10-batches-bin/${name}`, records(1, seed)));
    const end = Buffer.alloc(1024);
    const place = join(folder, "place");
    const packed = join(folder, "archive.tar.gz");
    mkdirSync(place);
    return {
      seeds: [Buffer.concat([file("cifar-10-batches-bin/", none, "Directory"), ...inner, end])],
      hostile: [
        Buffer.concat([file("cifar-10-batches-bin/../../escaped", Buffer.from("x")), ...inner, end]),
        Buffer.concat([file("cifar-10-batches-bin/data_batch_1.bin", none, "SymbolicLink"), ...inner, end]),
      ],
      form: "bytes",
      seal: (bytes) => gzipSync(withTarSums(bytes), { level: 1 }),
      async read(bytes) {
        writeFileSync(packed, bytes);
        try {
          await extractBatches(packed, join(place, "out"), CIFAR10);
        } finally {
          must(readdirSync(folder).length === 2 && readdirSync(place).every((name) => name === "out"), "no file is written elsewhere");
          const found = existsSync(join(place, "out")) ? readdirSync(join(place, "out"), { recursive: true, withFileTypes: true }) : [];
          must(
            found.every((entry) => entry.isFile() || entry.isDirectory()),
            "no link is made",
          );
        }
      },
    };
  },
};

/** With valid checksums of its headers, without which no reader looks further. */
export function withTarSums(bytes: Uint8Array): Uint8Array {
  const file = Buffer.from(bytes);
  for (let at = 0; at + 512 <= file.length; at += 512) {
    if (file.toString("latin1", at + 257, at + 262) !== "ustar") continue;
    file.fill(" ", at + 148, at + 156);
    const sum = file.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
    file.write(`${sum.toString(8).padStart(6, "0")}\0 `, at + 148, "latin1");
  }
  return file;
}

export const whitening: Reader = {
  reads: "a kept whitening, which costs only the time where it is damaged",
  inputs: 3000,
  async open(folder) {
    const fitted = { mean: new Float32Array(0), matrix: new Float32Array(0) };
    const keep = (): ReturnType<typeof keepZca> => keepZca(folder, { files: {}, rows: Int32Array.of(1) }, async () => fitted);
    await keep();
    const path = join(folder, readdirSync(folder)[0] ?? "");
    return {
      seeds: [readFileSync(path), writeSafetensors({ metadata: { sha256: "0" }, tensors: new Map() })],
      form: "safetensors",
      async read(bytes) {
        writeFileSync(path, bytes);
        must((await keep()) === fitted, "what is damaged is fitted anew");
      },
    };
  },
};
