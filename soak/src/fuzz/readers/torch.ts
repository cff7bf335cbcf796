import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readCheckpoint, readKeyMap } from "@benn/import-torch";
import { TorchStorage } from "../../../../packages/import-torch/src/checkpoint/tensor.ts";
import { ByteReader } from "../../../../packages/import-torch/src/byte-reader.ts";
import { parseList } from "../../../../packages/import-torch/src/files/read-npy.ts";
import { unpickle } from "../../../../packages/import-torch/src/pickle/unpickle.ts";
import { must, type Reader } from "../reader.ts";

const fixture = (...name: string[]): Uint8Array =>
  readFileSync(join(import.meta.dirname, "../../../../packages/import-torch/fixtures", ...name));

function checkpoints(
  reads: string,
  inputs: number,
  names: readonly (readonly string[])[],
  hostile: readonly (readonly string[])[] = [],
): Reader {
  return {
    reads,
    inputs,
    open: async () => ({
      seeds: names.map((name) => fixture(...name)),
      hostile: hostile.map((name) => fixture(...name)),
      form: "bytes",
      read(bytes) {
        const checkpoint = readCheckpoint(bytes, "fuzzed.pth");
        for (const tensor of checkpoint.tensors.values()) {
          must(tensor.shape.reduce((n, side) => n * side, 1) === checkpoint.read(tensor).length, "a tensor is as long as its shape");
        }
      },
    }),
  };
}

export const zip = checkpoints("checkpoints of PyTorch, zip archives", 30_000, [["torch", "zip.pth.tar"], ["torch", "zip-odd.pt"]], [["torch", "module.pt"], ["torch", "protocol-4.pt"]]); // prettier-ignore
export const legacy = checkpoints("checkpoints of PyTorch before 1.6", 60_000, [["torch", "legacy.pth.tar"], ["torch", "legacy-odd.pt"], ["torch", "protocol-1.pt"], ["python2", "nin.pth.tar"]]); // prettier-ignore

const storage = (): TorchStorage => new TorchStorage({ type: "Float", key: "0", total: 1 << 20, offset: 0, length: 1 << 20 });

export const pickle: Reader = {
  reads: "pickles, opcode by opcode",
  inputs: 120_000,
  open: async () => ({
    // A legacy file begins with three pickles: a number, a version, what the machine is; then comes that of the tensors.
    seeds: [
      ["torch", "legacy.pth.tar"],
      ["torch", "legacy-odd.pt"],
      ["python2", "nin.pth.tar"],
    ].map((name) => {
      const bytes = fixture(...name);
      const reader = new ByteReader(bytes, "seed");
      for (let n = 0; n < 3; n++) unpickle(reader);
      const from = reader.at;
      unpickle(reader, storage);
      return bytes.subarray(from, reader.at);
    }),
    form: "bytes",
    read(bytes) {
      const reader = new ByteReader(bytes, "fuzzed.pkl");
      unpickle(reader, storage);
      must(reader.at <= bytes.length, "no byte beyond the file is read");
    },
  }),
};

export const alphas: Reader = {
  reads: "alphas and sample weights (.npy)",
  inputs: 60_000,
  open: async () => ({
    seeds: [fixture("torch", "alpha_m_mat.npy"), fixture("torch", "sample_weights_0.npy")],
    form: "bytes",
    read: (bytes) => must(parseList(bytes, "fuzzed.npy").every(Number.isFinite), "numbers are finite"),
  }),
};

export const keyMap: Reader = {
  reads: "key maps",
  inputs: 15_000,
  async open(folder) {
    const path = join(folder, "map.json");
    const map = {
      modules: { "features.0": "conv1", classifier: "dense" },
      keys: { "a.weight": { to: "a/kernel", flattened: [2, 3, 4] }, b: "b/bias" },
      ignore: ["*.num_batches_tracked"],
    };
    return {
      seeds: [Buffer.from(JSON.stringify(map))],
      form: "json",
      async read(bytes) {
        writeFileSync(path, bytes);
        const { modules } = await readKeyMap(path);
        for (const name of Object.values(modules)) must(typeof name === "string", "a module has a name");
      },
    };
  },
};
