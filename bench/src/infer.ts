// `pnpm bench infer`: one image, one thread, this runtime against others on the same net in float32, turn by turn.
import { parseArgs } from "node:util";
import { createRandom } from "@benn/core";
import { anytime } from "./infer/anytime.ts";
import { type Contestant, type Images, loadPacked, onnxContestant, packedContestant, tfjsContestant } from "./infer/contestants.ts";
import { imagesPerSecond } from "./infer/crowd.ts";
import { fetchPeers, hasPeers } from "./infer/peers.ts";
import { sampleNets } from "./infer/sample-nets.ts";

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const row = (...cells: readonly (string | number)[]): void =>
  console.log(
    `  ${cells.map((cell, i) => (i === 0 ? String(cell).padEnd(34) : (typeof cell === "number" ? cell.toFixed(2) : cell).padStart(14))).join("")}`,
  );

/** Milliseconds a call, median over rounds in which every contestant has its turn. */
async function race(contestants: readonly Contestant[], batch: number, rounds: number): Promise<Map<string, number>> {
  const times = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  for (let round = -Math.ceil(rounds / 5); round < rounds; round++) {
    for (const contestant of contestants) {
      const start = performance.now();
      await contestant.run(batch);
      if (round >= 0) times.get(contestant.name)?.push(performance.now() - start);
    }
  }
  return new Map([...times].map(([name, own]) => [name, median(own)]));
}

function sampleImages(count: number): Images {
  const random = createRandom(1, "bench", "images");
  const mean = [125, 123, 114];
  const deviation = [63, 62, 67];
  const bytes = Array.from({ length: count }, () => {
    let value = 128; // a walk, so that neighbours are alike as in pictures
    return Uint8Array.from({ length: 3072 }, () => (value = Math.round(Math.min(255, Math.max(0, value + 25 * random.normal())))));
  });
  return {
    bytes,
    floats: bytes.map((image) => Float32Array.from(image, (byte, i) => (byte - (mean[i % 3] ?? 0)) / (deviation[i % 3] ?? 1))),
  };
}

/** The largest difference to the packed logits, as a share of the largest logit. */
async function distance(own: Contestant, other: Contestant): Promise<string> {
  const [a, b] = [await own.run(1), await other.run(1)];
  const most = a.reduce((m, x) => Math.max(m, Math.abs(x)), 0);
  return `${((100 * a.reduce((m, x, i) => Math.max(m, Math.abs(x - (b[i] ?? 0))), 0)) / most).toFixed(3)} %`;
}

export async function infer(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      fetch: { type: "boolean", default: false },
      rounds: { type: "string", default: "60" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(`pnpm bench infer [--rounds N] [--fetch]

One image and a batch of 32, one thread, in turns: @benn/packed, onnxruntime-web, onnxruntime-node and
tfjs-backend-wasm on the same net. --fetch first gets the others (450 MB) into .toolchain/peers.`);
    return;
  }
  if (values.fetch) fetchPeers();
  const rounds = Number(values.rounds);
  const images = sampleImages(32);
  const { file, first, realBytes } = await sampleNets("inner", 1);
  const own = packedContestant("@benn/packed, one SB member", await loadPacked(file), images);
  const others: Contestant[] = [];
  if (hasPeers()) {
    for (const make of [
      () => onnxContestant("onnxruntime-web", first, images),
      () => onnxContestant("onnxruntime-node", first, images),
      () => tfjsContestant(first, images),
    ]) {
      try {
        others.push(await make());
      } catch (error) {
        console.log(`  left out: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`);
      }
    }
  } else console.log("  nothing to compare with: run pnpm bench infer --fetch once");
  const six = await sampleNets("inner", 6);
  const ensemble = packedContestant("@benn/packed, six SB members", await loadPacked(six.file), images);
  const all = await sampleNets("all", 1);
  const ab = packedContestant("@benn/packed, one AB member", await loadPacked(all.file), images);

  for (const [batch, count] of [
    [1, rounds],
    [32, Math.ceil(rounds / 6)],
  ] as const) {
    const times = await race([own, ...others, ab, ensemble], batch, count);
    const base = times.get(own.name) ?? Number.NaN;
    console.log(`\nBatch of ${batch}, one thread, median of ${count} turns`);
    row("", "ms", "ms an image", "÷ packed SB", ...(batch === 1 ? ["differs by"] : []));
    for (const contestant of [own, ab, ensemble, ...others]) {
      const time = times.get(contestant.name) ?? Number.NaN;
      const isOther = others.includes(contestant);
      row(
        contestant.name,
        time,
        time / batch,
        `${(time / base).toFixed(2)}×`,
        ...(batch === 1 ? [isOther ? await distance(own, contestant) : ""] : []),
      );
    }
  }

  for (const [title, bytes] of [
    ["SB", file],
    ["AB", all.file],
  ] as const) {
    const model = await loadPacked(bytes);
    console.log(`\n${title} member, node by node (${model.kernel} popcount, best of many rounds)`);
    row("", "output", "ms", "GMAC/s", "of the limit");
    const limit = await popcountLimit(model.kernel);
    const image = images.bytes[0] ?? new Uint8Array(0);
    for (const { op, output, milliseconds, multiplyAdds } of model.profile(image, { rounds: 100 })) {
      const speed = multiplyAdds / milliseconds / 1e6;
      row(
        op,
        output.join("×"),
        milliseconds.toFixed(3),
        multiplyAdds ? speed.toFixed(0) : "",
        op === "binaryConv" ? `${((100 * speed) / limit).toFixed(0)} %` : "",
      );
    }
    console.log(`  limit: ${limit.toFixed(0)} GMAC/s, the same inner loop on one long layer that stays in the cache`);
    console.log(`  size: ${bytes.length} bytes, 1/${(realBytes / bytes.length).toFixed(1)} of its ${realBytes} bytes of float32 weights`);
  }

  console.log("\nVotes that stop once they are decided, the demo's trained ensemble on 1,000 photographs");
  row("", "members run", "ms an image", "all members");
  for (const { voter, ran, members, whole, early } of await anytime()) row(voter, `${ran.toFixed(2)} of ${members}`, early, whole);

  const crowd = await imagesPerSecond({ file, bytes: images.bytes, seconds: 2 });
  console.log(`\nOne SB member on ${crowd.workers} workers: ${crowd.perSecond.toFixed(0)} images a second`);
}

/** GMAC/s of a 1×1 layer of 4096 channels, whose kernels stay in a near cache. */
async function popcountLimit(kernel: "scalar" | "simd" | "table"): Promise<number> {
  const { encodeModel } = await import("@benn/packed/export");
  const [channels, filters, side] = [4096, 64, 16];
  const random = createRandom(1, "bench", "limit");
  const bytes = (length: number) => Uint8Array.from({ length }, () => random.integer(256));
  const nodes = [
    { op: "sign", in: [0], thresholds: "t" },
    { op: "binaryConv", in: [1], size: [1, 1], strides: [1, 1], pad: [0, 0, 0, 0], kernel: "k", scale: "s" },
    { op: "mean", in: [2] },
  ] as const;
  const tensors = new Map([
    ["t", { dtype: "F32", shape: [channels], data: new Float32Array(channels) }],
    ["k", { dtype: "U8", shape: [filters, channels / 8], data: bytes((filters * channels) / 8) }],
    ["s", { dtype: "F32", shape: [filters], data: new Float32Array(filters).fill(1) }],
  ] as const);
  const labels = Array.from({ length: filters }, (_, i) => String(i));
  const header = { shape: [side, side, channels], labels, voter: "soft", preprocessing: "none" } as const;
  const model = await loadPacked(encodeModel(header, [{ architecture: "limit", alpha: 1, nodes }], tensors), kernel);
  const image = Float32Array.from({ length: side * side * channels }, () => random.normal());
  const profile = model.profile(image, { rounds: 30 })[1];
  return profile ? profile.multiplyAdds / profile.milliseconds / 1e6 : Number.NaN;
}
