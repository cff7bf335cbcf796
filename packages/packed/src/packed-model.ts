import { TEST_RESULTS, TRUST, type VoteName, VOTES } from "./graph.ts";
import type { Drawable } from "./drawn-pixels.ts";
import { type ImageInput, imageValues } from "./image.ts";
import type { Picture } from "./picture.ts";
import { type KernelName, kernelName, type Popcount } from "./choose-popcount.ts";
import type { Kernels } from "./kernels.ts";
import { memberSteps } from "./member-steps.ts";
import { MemoryPlan } from "./memory-plan.ts";
import { mirrorImage } from "./mirror-image.ts";
import type { Prepare } from "./prepare-image.ts";
import { PackedError } from "./packed-error.ts";
import type { CheckedModel } from "./read-model.ts";
import { type NodeCost, nodeCosts } from "./node-costs.ts";
import { addVote, isDecided, winnerOf } from "./tally.ts";
import type { PlaneSteps, NodeKernel } from "./compile-context.ts";

/** One member's vote on an image. */
export interface Vote {
  readonly member: number;
  /** The class of its highest logit, the lower one on a tie. */
  readonly class: number;
  readonly label: string;
  /** Its vote weight. */
  readonly alpha: number;
  /** [classes]. */
  readonly logits: Float32Array;
}

export interface Prediction {
  readonly class: number;
  readonly label: string;
  /** [classes]; the class with the highest score wins, the lower one on a tie. From the members that ran. */
  readonly scores: Float64Array;
  /** One per member that ran. */
  readonly votes: readonly Vote[];
  /** How many members ran, and how many there are. */
  readonly ran: number;
  readonly members: number;
  /** How they voted, and whether on mirror images too. */
  readonly voter: VoteName;
  readonly mirror: boolean;
}

export interface PredictOptions {
  /** Another vote than the file's. */
  readonly voter?: VoteName;
  /**
   * Stop as soon as the remaining members cannot change the winner; members run in descending order of |alpha|. Hard and softmax votes
   * only: a soft vote has no such bound; `@benn/packed/trust` has another rule. Default false.
   */
  readonly anytime?: boolean;
  /** Each member votes by its mean logits of the image and its mirror image: takes twice the time. Default false. */
  readonly mirror?: boolean;
  /** Only the first members vote, as if the file had no others. Default all. */
  readonly members?: number;
}

type Values = Exclude<ImageInput, Picture | Drawable>;

export interface NodeProfile extends NodeCost {
  readonly milliseconds: number;
}

/** A trained ensemble, ready to run. Created by `load`. */
export class PackedModel {
  /** Of the images: [height, width, channels]. */
  readonly shape: readonly [number, number, number];
  readonly labels: readonly string[];
  /** The default vote of `predict`. */
  readonly voter: VoteName;
  readonly members: readonly { readonly architecture: string; readonly alpha: number }[];
  /** How bits are counted: by the popcount of 64-bit words, that of vectors, or table lookup. All give the same bits. */
  readonly kernel: KernelName;
  /** What `@benn/packed/trust` reads, if the file has it. */
  readonly trust: Uint8Array | undefined;
  /** What `openTestResults` of `@benn/packed/trust` reads, if the file has it. */
  readonly testResults: Uint8Array | undefined;
  readonly #kernels: Kernels;
  readonly #plan: MemoryPlan;
  readonly #taken: Pick<CheckedModel, "shape" | "preprocessing" | "picture">;
  readonly #prepare: Prepare | undefined;
  readonly #table: number;
  readonly #steps: readonly (readonly NodeKernel[])[];
  readonly #costs: readonly (readonly NodeCost[])[];
  readonly #image = { hasBytes: false };
  /** Members in descending order of |alpha|. */
  readonly #byAlpha: readonly number[];

  /**
   * @param model as checked by `readModel`
   * @param name of the file, for messages
   * @throws PackedError if it would need more memory than allowed
   */
  constructor(
    model: CheckedModel,
    {
      kernels,
      popcount,
      planes,
      prepare,
      maxMemory,
      name,
    }: {
      readonly kernels: Kernels;
      readonly popcount: Popcount;
      readonly planes: PlaneSteps | undefined;
      readonly prepare: Prepare | undefined;
      readonly maxMemory: number;
      readonly name: string;
    },
  ) {
    const { shape, labels, voter, members, preprocessing, picture, table, tensors } = model;
    this.shape = shape;
    this.labels = labels;
    this.voter = voter;
    this.members = members.map(({ architecture, alpha }) => ({ architecture, alpha }));
    this.#byAlpha = members
      .map(({ alpha }, member) => ({ alpha, member }))
      .toSorted((a, b) => Math.abs(b.alpha) - Math.abs(a.alpha))
      .map(({ member }) => member);
    this.kernel = kernelName(popcount);
    this.trust = tensors.get(TRUST)?.bytes.slice();
    this.testResults = tensors.get(TEST_RESULTS)?.bytes.slice();
    this.#kernels = kernels;
    this.#taken = { shape, preprocessing, picture };
    this.#prepare = prepare;
    const plan = new MemoryPlan(model);
    this.#plan = plan;
    this.#table = table ? plan.constant(table.byteLength, () => table) : 0;
    const workshop = { kernels, plan, tensors, table, popcount, planes, image: this.#image };
    this.#steps = members.map((member, i) => memberSteps(member, plan.values[i] ?? [], workshop));
    this.#costs = members.map((member) => nodeCosts(member, tensors));
    plan.carryOut(kernels.memory, { most: maxMemory, name });
  }

  /**
   * The class of an image, or of each of several.
   *
   *     model.predict(bytes).label
   *     model.predict([one, two], { anytime: true })
   *
   * @throws PackedError for what is not an image or has another size
   */
  predict(image: ImageInput, options?: PredictOptions): Prediction;
  predict(images: readonly ImageInput[], options?: PredictOptions): Prediction[];
  predict(images: ImageInput | readonly ImageInput[], options: PredictOptions = {}): Prediction | Prediction[] {
    return isBatch(images) ? images.map((image) => this.#predictOne(image, options)) : this.#predictOne(images, options);
  }

  /** Runs the members one by one and yields each one's vote. Finish or abandon one image before the next. */
  *votes(image: ImageInput): Generator<Vote, void, void> {
    yield* this.#votesOf(this.members.keys(), image);
  }

  *#votesOf(members: Iterable<number>, image: ImageInput, mirror = false): Generator<Vote, void, void> {
    const values = this.#valuesOf(image);
    const mirrored = mirror ? mirrorImage(values, this.shape) : undefined;
    this.#setImage(values);
    for (const member of members) {
      const alpha = this.members[member]?.alpha ?? 0;
      let logits = this.#run(member);
      if (mirrored) {
        this.#setImage(mirrored);
        const other = this.#run(member);
        logits = logits.map((logit, i) => (logit + (other[i] ?? 0)) / 2);
        this.#setImage(values);
      }
      const winner = winnerOf(logits);
      yield { member, class: winner, label: this.labels[winner] ?? "", alpha, logits };
    }
  }

  /** The time of each node of a member on an image: the minimum over `rounds` rounds, in milliseconds. */
  profile(image: ImageInput, { member = 0, rounds = 20 }: { readonly member?: number; readonly rounds?: number } = {}): NodeProfile[] {
    const steps = this.#steps[member] ?? [];
    const least = steps.map(() => Infinity);
    for (let round = 0; round < rounds; round++) {
      this.#setImage(this.#valuesOf(image));
      for (const [i, step] of steps.entries()) {
        const start = performance.now();
        step();
        least[i] = Math.min(least[i] ?? Infinity, performance.now() - start);
      }
    }
    return (this.#costs[member] ?? []).map((cost, i) => ({ ...cost, milliseconds: least[i] ?? 0 }));
  }

  #predictOne(
    image: ImageInput,
    { voter = this.voter, anytime = false, mirror = false, members = this.members.length }: PredictOptions,
  ): Prediction {
    if (!Number.isInteger(members) || members < 1 || members > this.members.length)
      throw new PackedError(`predict: expected 1 to ${this.members.length} members, got ${members}.`);
    if (!VOTES.includes(voter)) throw new PackedError(`predict: expected the voter ${VOTES.join(", ")}, got ${voter as string}.`);
    // Runs members with the largest vote weights first so that the rest can be skipped.
    const sorts = anytime && voter !== "soft";
    const order = (sorts ? this.#byAlpha : [...this.members.keys()]).filter((member) => member < members);
    const alphas = order.map((member) => this.members[member]?.alpha ?? 0);
    let scores = new Float64Array(this.labels.length);
    const votes: Vote[] = [];
    for (const vote of this.#votesOf(order, image, mirror)) {
      votes.push(vote);
      addVote(scores, vote.logits, vote.alpha, voter);
      if (anytime && isDecided(scores, alphas.slice(votes.length), voter)) break;
    }
    if (sorts) {
      // Sums in the order of the members, whichever ran first.
      votes.sort((a, b) => a.member - b.member);
      scores = new Float64Array(this.labels.length);
      for (const vote of votes) addVote(scores, vote.logits, vote.alpha, voter);
    }
    const winner = winnerOf(scores);
    return {
      class: winner,
      label: this.labels[winner] ?? "",
      scores,
      votes,
      ran: votes.length,
      members: this.members.length,
      voter,
      mirror,
    };
  }

  #valuesOf(image: ImageInput): Values {
    const taken = imageValues(image, this.#taken);
    return this.#prepare && !(taken instanceof Float32Array) ? this.#prepare(taken) : taken;
  }

  #setImage(values: Values): void {
    const [height, width, channels] = this.shape;
    const { memory } = this.#kernels;
    const { bytes, floats } = this.#plan;
    this.#image.hasBytes = !(values instanceof Float32Array);
    if (values instanceof Float32Array) {
      new Float32Array(memory.buffer, floats, values.length).set(values);
    } else {
      new Uint8Array(memory.buffer, bytes, values.length).set(values);
      this.#kernels.lookUp(bytes, height * width, channels, this.#table, floats);
    }
  }

  #run(member: number): Float32Array {
    for (const step of this.#steps[member] ?? []) step();
    const at = this.#plan.values[member]?.at(-1) ?? 0;
    return new Float32Array(this.#kernels.memory.buffer, at, this.labels.length).slice();
  }
}

function isBatch(images: ImageInput | readonly ImageInput[]): images is readonly ImageInput[] {
  return Array.isArray(images);
}
