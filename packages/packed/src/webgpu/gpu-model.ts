import { TEST_RESULTS, TRUST, type VoteName } from "../graph.ts";
import { type ImageInput, imageValues } from "../image.ts";
import { mirrorImage } from "../mirror-image.ts";
import type { Prediction, PredictOptions, Vote } from "../packed-model.ts";
import { PackedError } from "../packed-error.ts";
import type { Prepare } from "../prepare-image.ts";
import type { CheckedModel } from "../read-model.ts";
import { addVote, winnerOf } from "../tally.ts";
import { type GpuBuffer, type GpuDevice, type GpuPipeline, MAP_READ, USAGE } from "./device.ts";
import { GpuConstants } from "./gpu-constants.ts";
import { nodeShader, wordsOfValue } from "./node-shader.ts";

interface Dispatch {
  readonly pipeline: GpuPipeline;
  readonly group: object;
  /** For one image. */
  readonly threads: number;
}

interface GpuModelOptions {
  /** Images that run at once. */
  readonly batch: number;
  /** From `createPrepare`. */
  readonly prepare: Prepare | undefined;
}

/** An ensemble on the GPU: whole batches at a time, member by member. Created by `loadOnGpu`. */
export class GpuModel {
  readonly engine = "webgpu";
  readonly shape: readonly [number, number, number];
  readonly labels: readonly string[];
  readonly voter: VoteName;
  readonly members: readonly { readonly architecture: string; readonly alpha: number }[];
  /** What `@benn/packed/trust` reads, if the file has it. */
  readonly trust: Uint8Array | undefined;
  /** What `openTestResults` of `@benn/packed/trust` reads, if the file has it. */
  readonly testResults: Uint8Array | undefined;
  readonly #model: CheckedModel;
  readonly #device: GpuDevice;
  readonly #batch: number;
  readonly #prepare: Prepare | undefined;
  #images!: GpuBuffer;
  #run!: GpuBuffer;
  #result!: GpuBuffer;
  #dispatches: (readonly Dispatch[])[] = [];
  #outputs: GpuBuffer[] = [];
  #buffers: GpuBuffer[] = [];
  /** Calls wait for one another, because they share the buffers. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(model: CheckedModel, device: GpuDevice, { batch, prepare }: GpuModelOptions) {
    const { shape, labels, voter, members, tensors } = model;
    this.shape = shape;
    this.labels = labels;
    this.voter = voter;
    this.members = members.map(({ architecture, alpha }) => ({ architecture, alpha }));
    this.trust = tensors.get(TRUST)?.bytes.slice();
    this.testResults = tensors.get(TEST_RESULTS)?.bytes.slice();
    this.#model = model;
    this.#device = device;
    this.#batch = batch;
    this.#prepare = prepare;
  }

  /**
   * Compiles a shader for every node.
   * @throws PackedError if the device has too little memory
   */
  static async create(model: CheckedModel, device: GpuDevice, options: GpuModelOptions): Promise<GpuModel> {
    const made = new GpuModel(model, device, options);
    await made.#build();
    return made;
  }

  #buffer(words: number, usage: number): GpuBuffer {
    const size = Math.max(16, words * 4);
    const most = Math.min(this.#device.limits.maxBufferSize, this.#device.limits.maxStorageBufferBindingSize);
    if (size > most)
      throw new PackedError(
        `packed: a batch of ${this.#batch} needs a buffer of ${size} bytes, the device has ${most}. Use a smaller batch.`,
      );
    const buffer = this.#device.createBuffer({ size, usage });
    this.#buffers.push(buffer);
    return buffer;
  }

  async #build(): Promise<void> {
    const { members, tensors, shape } = this.#model;
    const constants = new GpuConstants();
    const shaders = members.map(({ nodes, shapes }) =>
      nodes.map((node, i) => nodeShader(node, shapes[node.in[0] ?? 0]!, shapes[i + 1]!, tensors, constants)),
    );
    const words = constants.words();
    const held = this.#buffer(words.length, USAGE.storage | USAGE.copyTarget);
    this.#device.queue.writeBuffer(held, 0, words);
    this.#run = this.#buffer(4, USAGE.uniform | USAGE.copyTarget);
    this.#images = this.#buffer(this.#batch * shape[0] * shape[1] * shape[2], USAGE.storage | USAGE.copyTarget);
    this.#result = this.#buffer(members.length * this.#batch * this.labels.length, USAGE.mapRead | USAGE.copyTarget);
    // Members run one after the other, so value k of all members may share a buffer.
    const sizes: number[] = [];
    for (const { shapes } of members) for (const [k, own] of shapes.entries()) sizes[k] = Math.max(sizes[k] ?? 0, wordsOfValue(own));
    const values = sizes.map((size, k) => (k === 0 ? this.#images : this.#buffer(size * this.#batch, USAGE.storage | USAGE.copySource)));
    const pipelines = new Map<string, Promise<GpuPipeline>>();
    const pipelineOf = (code: string): Promise<GpuPipeline> => {
      const known =
        pipelines.get(code) ??
        this.#device.createComputePipelineAsync({
          layout: "auto",
          compute: { module: this.#device.createShaderModule({ code }), entryPoint: "main" },
        });
      pipelines.set(code, known);
      return known;
    };
    for (const [m, own] of shaders.entries()) {
      const { nodes } = members[m]!;
      this.#dispatches.push(
        await Promise.all(
          own.map(async ({ code, threads }, i) => {
            const pipeline = await pipelineOf(touching(code));
            const [x, second = x] = nodes[i]!.in.map((value) => values[value]!);
            const bound = [this.#run, held, x!, second!, values[i + 1]!];
            const group = this.#device.createBindGroup({
              layout: pipeline.getBindGroupLayout(0),
              entries: bound.map((buffer, binding) => ({ binding, resource: { buffer } })),
            });
            return { pipeline, group, threads };
          }),
        ),
      );
      this.#outputs.push(values[nodes.length]!);
    }
  }

  /** Like `PackedModel.predict`, for an array of images; every member runs. */
  predict(images: readonly ImageInput[], options: Omit<PredictOptions, "anytime" | "members"> = {}): Promise<Prediction[]> {
    const answer = this.#last.then(async () => {
      const predictions: Prediction[] = [];
      for (let at = 0; at < images.length; at += this.#batch)
        predictions.push(...(await this.#predictBatch(images.slice(at, at + this.#batch), options)));
      return predictions;
    });
    this.#last = answer.catch(() => {});
    return answer;
  }

  async #predictBatch(
    images: readonly ImageInput[],
    { voter = this.voter, mirror = false }: Omit<PredictOptions, "anytime" | "members">,
  ): Promise<Prediction[]> {
    const floats = this.#floatsOf(images);
    const plain = await this.#logits(floats);
    const mirrored = mirror ? await this.#logits(mirrorImage(floats, this.shape)) : plain;
    const logits = plain.map((logit, i) => (logit + mirrored[i]!) / 2); // x + x is exact
    const classes = this.labels.length;
    return images.map((_, row) => {
      const scores = new Float64Array(classes);
      const votes = this.members.map(({ alpha }, member): Vote => {
        const own = logits.slice((member * images.length + row) * classes, (member * images.length + row + 1) * classes);
        addVote(scores, own, alpha, voter);
        const winner = winnerOf(own);
        return { member, class: winner, label: this.labels[winner] ?? "", alpha, logits: own };
      });
      const winner = winnerOf(scores);
      return { class: winner, label: this.labels[winner] ?? "", scores, votes, ran: votes.length, members: votes.length, voter, mirror };
    });
  }

  #floatsOf(images: readonly ImageInput[]): Float32Array {
    const [height, width, channels] = this.shape;
    const size = height * width * channels;
    const floats = new Float32Array(images.length * size);
    const { table } = this.#model;
    for (const [row, image] of images.entries()) {
      const values = imageValues(image, this.#model);
      if (values instanceof Float32Array) floats.set(values, row * size);
      else if (this.#prepare) floats.set(this.#prepare(values), row * size);
      else for (const [i, byte] of values.entries()) floats[row * size + i] = table?.[(i % channels) * 256 + byte] ?? 0;
    }
    return floats;
  }

  /** [members, images, classes]. */
  async #logits(floats: Float32Array): Promise<Float32Array> {
    const device = this.#device;
    const count = floats.length / (this.shape[0] * this.shape[1] * this.shape[2]);
    device.queue.writeBuffer(this.#images, 0, floats);
    device.queue.writeBuffer(this.#run, 0, Uint32Array.of(count, 0, 0, 0));
    const encoder = device.createCommandEncoder();
    const bytes = count * this.labels.length * 4;
    for (const [member, dispatches] of this.#dispatches.entries()) {
      const pass = encoder.beginComputePass();
      for (const { pipeline, group, threads } of dispatches) {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, group);
        const groups = Math.ceil((threads * count) / 64);
        const across = Math.min(groups, 32_768);
        pass.dispatchWorkgroups(across, Math.ceil(groups / across));
      }
      pass.end();
      encoder.copyBufferToBuffer(this.#outputs[member]!, 0, this.#result, member * bytes, bytes);
    }
    device.queue.submit([encoder.finish()]);
    await this.#result.mapAsync(MAP_READ);
    const logits = new Float32Array(this.#result.getMappedRange().slice(0, this.#dispatches.length * bytes));
    this.#result.unmap();
    return logits;
  }

  /** Frees the device's memory. */
  dispose(): void {
    for (const buffer of this.#buffers) buffer.destroy();
  }
}

/** With an automatic layout, a binding that a shader does not mention does not exist: so each shader mentions all. */
function touching(code: string): string {
  return code.replace(
    "let n = i /",
    "if (run.images == 0xffffffffu) { y[0] = constants[0] ^ x[0] ^ second[0] ^ run.zero; }\n  let n = i /",
  );
}
