// `pnpm bench infer`: one thread, this runtime against others on the same network in float32, in alternating turns.
import type { BitOptions } from "@benn/binarize";
import { UserError } from "@benn/core";
import { load, type PackedModel } from "@benn/packed";
import { Option } from "commander";
import { BATCHES, type Classifier, onnxClassifier, packedClassifier, tfjsClassifier } from "./infer/contestants.ts";
import { popcountLimit } from "./infer/popcount-limit.ts";
import { sampleImages, type SampleImages } from "./infer/sample-images.ts";
import { sampleNets } from "./infer/sample-nets.ts";
import { ofLimit } from "./of-limit.ts";
import { count, factor, widths } from "./option-values.ts";
import { fetchPeers, PEERS } from "./peers.ts";
import { race } from "./race.ts";
import type { Subject } from "./subject.ts";
import type { Table } from "./table.ts";

interface Options {
  readonly fetch: boolean;
  readonly rounds: number;
  readonly width: number;
  readonly kernel: Kernel;
  readonly architecture?: string;
  readonly side: number;
  readonly bits?: BitOptions;
}

const KERNELS = ["auto", "table", "scalar", "simd"] as const;
type Kernel = (typeof KERNELS)[number];

export const infer: Subject<Options> = {
  describe: (command) =>
    command
      .description(
        "One image and a batch of 32, one thread, turn by turn: @benn/packed, and on the same net in float32 onnxruntime-web, onnxruntime-node and tfjs-backend-wasm.",
      )
      .option("--fetch", "first get onnxruntime (430 MB) into .toolchain/peers", false)
      .option("--rounds <n>", "in which everybody has a turn; a sixth of them with batches of 32", count, 60)
      .option("--width <factor>", "of the net", factor, 1)
      .option("--architecture <name>", "@benn/packed alone, on a member of this net in place of the NIN")
      .option("--side <pixels>", "of its images; from 64 on with 1000 classes, below with 10", count, 32)
      .option("--bits <A>x<W>", "with --architecture: bits of its activations and weights, 1 to 8 each, in place of signs", widths)
      .addOption(new Option("--kernel <name>", "how @benn/packed counts bits").choices(KERNELS).default("auto"))
      .addHelpText(
        "after",
        "\nExamples:\n  pnpm bench infer --fetch\n  pnpm bench infer --rounds 20 --json\n  pnpm bench infer --kernel scalar" +
          "\n  pnpm bench infer --architecture vgg-small\n  pnpm bench infer --architecture nin --bits 2x2\n  pnpm bench infer --architecture birealnet18 --side 224",
      ),
  async *measure({ fetch, rounds, width, kernel, architecture, side, bits }) {
    if (fetch) fetchPeers();
    const images = sampleImages(32, side);
    if (architecture !== undefined) {
      yield* alone({ architecture, rounds, width, kernel, side, ...(bits ? { bits } : {}) }, images);
      return;
    }
    if (bits) throw new UserError("bench infer: the nets that are raced have signs. Name an --architecture with --bits.");
    if (side !== 32) throw new UserError("bench infer: the NIN takes images of 32 pixels. Leave --side out, or name an --architecture.");
    const [sb, six, ab] = [
      await sampleNets({ name: "nin", width }),
      await sampleNets({ name: "nin", width }, { count: 6 }),
      await sampleNets({ name: "allbinnet", width }),
    ] as const;
    const own = packedClassifier("one SB member", await load(sb.file, { kernel }), images);
    const others = [
      packedClassifier("one AB member", await load(ab.file, { kernel }), images),
      packedClassifier("six SB members", await load(six.file, { kernel }), images),
    ];
    const absent: string[] = [];
    const rivals: Classifier[] = [];
    for (const open of [...PEERS.map((name) => () => onnxClassifier(name, sb.first, images)), () => tfjsClassifier(sb.first, images)]) {
      await open().then(
        (rival) => rivals.push(rival),
        (error: Error) => absent.push(`not taking part: ${error.message}`),
      );
    }
    for (const batch of BATCHES)
      yield await raceOf({ batch, rounds: batch === 1 ? rounds : Math.ceil(rounds / 6), own, others, rivals, absent });
    for (const [name, { file, realBytes }] of Object.entries({ SB: sb, AB: ab }))
      yield await nodes(name, await load(file, { kernel }), { bytes: file.length, realBytes }, images);
  },
};

/** One packed member of any network. */
async function* alone(
  { architecture, rounds, width, kernel, side, bits }: Required<Pick<Options, "architecture">> & Omit<Options, "fetch">,
  images: SampleImages,
): AsyncGenerator<Table, void> {
  const net = await sampleNets({ name: architecture, width }, { side, classes: side < 64 ? 10 : 1000, ...(bits ? { bits } : {}) });
  const model = await load(net.file, { kernel });
  const own = packedClassifier(`one ${architecture} member`, model, images);
  for (const batch of BATCHES)
    yield await raceOf({ batch, rounds: batch === 1 ? rounds : Math.ceil(rounds / 6), own, others: [], rivals: [], absent: [] });
  yield await nodes(architecture, model, { bytes: net.file.length, realBytes: net.realBytes }, images);
}

interface Field {
  readonly batch: number;
  readonly rounds: number;
  readonly own: Classifier;
  readonly others: readonly Classifier[];
  readonly rivals: readonly Classifier[];
  readonly absent: readonly string[];
}

async function raceOf({ batch, rounds, own, others, rivals, absent }: Field): Promise<Table> {
  const contestants = [own, ...others, ...rivals].map((classifier) => ({
    name: classifier.name,
    classifier,
    turn: async (): Promise<number> => {
      const start = performance.now();
      await classifier.run(batch);
      return performance.now() - start;
    },
  }));
  const { results, failures } = await race(contestants, rounds, Math.ceil(rounds / 5));
  const reference = results.find(({ contestant }) => contestant.classifier === own)?.median ?? Number.NaN;
  const rows = [];
  for (const { contestant, median, least, most } of results) {
    const differs = rivals.includes(contestant.classifier) ? await distance(own, contestant.classifier) : undefined;
    rows.push({
      "": contestant.name,
      ms: median,
      least,
      most,
      "ms an image": median / batch,
      ...(results.length > 1 && { "÷ packed SB": median / reference, "differs by, %": differs }),
    });
  }
  return { title: `Batch of ${batch}, one thread, median of ${rounds} rounds`, rows, notes: [...absent, ...failures] };
}

/** The largest difference from the packed logits of an image, in percent of the largest logit. */
async function distance(own: Classifier, other: Classifier): Promise<number> {
  const [a, b] = [await own.run(1), await other.run(1)];
  const largest = a.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return (100 * a.reduce((most, x, i) => Math.max(most, Math.abs(x - (b[i] ?? 0))), 0)) / largest;
}

/** Time per node of a member. */
async function nodes(
  name: string,
  model: PackedModel,
  size: { readonly bytes: number; readonly realBytes: number },
  { bytes }: SampleImages,
): Promise<Table> {
  const before = await popcountLimit(model.kernel);
  const profile = model.profile(bytes[0] ?? new Uint8Array(0), { rounds: 100 });
  const speed = ({ multiplyAdds, milliseconds }: { multiplyAdds: number; milliseconds: number }): number =>
    (1000 * multiplyAdds) / milliseconds;
  const onBits = profile.filter(({ op }) => op === "binaryConv").map(speed);
  const seen = [before, await popcountLimit(model.kernel), ...onBits];
  const limit = Math.max(...seen);
  return {
    title: `${name} member, node by node (${model.kernel} popcount, best of many rounds)`,
    rows: profile.map((node) => ({
      "": node.op,
      output: node.output.join("×"),
      ms: node.milliseconds,
      "GMAC/s": node.multiplyAdds > 0 ? speed(node) / 1e9 : undefined,
      "% of the limit": node.op === "binaryConv" ? ofLimit(speed(node), seen).percent : undefined,
    })),
    notes: [
      `together: ${profile.reduce((sum, { milliseconds }) => sum + milliseconds, 0).toFixed(2)} ms`,
      `limit: ${(limit / 1e9).toFixed(0)} GMAC/s, the most that was seen, here or in the same inner loop on one long layer that stays in the cache; taps on padding count`,
      `size: ${size.bytes} bytes, 1/${(size.realBytes / size.bytes).toFixed(1)} of its ${size.realBytes} bytes of float32 weights`,
    ],
  };
}
