import { checkNodes } from "./check-nodes.ts";
import { FORMAT_VERSIONS, type GraphNode, type ModelHeader, type Shape, type VoteName, VOTES } from "./graph.ts";
import { PackedError } from "./packed-error.ts";
import { type PictureRule, type Preparation, readPreparation } from "./preparation.ts";
import { isCount, isRecord, readSafetensors, type Tensor, type TensorFile } from "./read-safetensors.ts";

/** The keys of a model; any other is refused, so that a later version's file is not misinterpreted. */
const KEYS: ReadonlySet<string> = new Set<keyof ModelHeader>([
  "shape",
  "labels",
  "voter",
  "preprocessing",
  "resize",
  "squash",
  "channelOrder",
  "members",
]);

export interface CheckedMember {
  readonly architecture: string;
  readonly alpha: number;
  readonly nodes: readonly GraphNode[];
  /** Of every value, the image first. */
  readonly shapes: readonly Shape[];
}

export interface CheckedModel extends Omit<ModelHeader, "members" | keyof PictureRule> {
  readonly members: readonly CheckedMember[];
  /** Whether any value consists of codes. */
  readonly hasCodes: boolean;
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly file: TensorFile;
  readonly preparation: Preparation;
  readonly picture: PictureRule;
  /** [channels][256]: the float of each byte; absent if a byte's float depends on others, or if the model accepts only floats. */
  readonly table: Float32Array | undefined;
}

/**
 * Reads a .benn file and checks all of its contents for consistency.
 * @param name of the file, for messages
 * @throws PackedError
 */
export function readModel(bytes: Uint8Array, name: string): CheckedModel {
  const file = readSafetensors(bytes, name);
  const { metadata, tensors } = file;
  const fail = (what: string): never => {
    throw new PackedError(`${name}: ${what}. The file is damaged or not a .benn file; fetch or export it again.`);
  };
  if (metadata["format"] !== "benn") return fail(`its format is ${JSON.stringify(metadata["format"]?.slice(0, 40) ?? "none")}, not "benn"`);
  if (!FORMAT_VERSIONS.includes(metadata["version"] ?? "")) {
    throw new PackedError(
      `${name}: is of version ${metadata["version"]?.slice(0, 20)} of the .benn format, this runtime reads ${FORMAT_VERSIONS.join(" and ")}. Use the @benn/packed that wrote it.`,
    );
  }
  let model: unknown;
  try {
    model = JSON.parse(metadata["model"] ?? "");
  } catch {
    return fail("its model is not JSON");
  }
  if (!isRecord(model)) return fail("its model is not an object");
  const odd = Object.keys(model).find((key) => !KEYS.has(key));
  if (odd !== undefined) return fail(`its model has the unknown key ${JSON.stringify(odd.slice(0, 40))}`);
  const { shape, labels, voter, preprocessing, members } = model;
  if (!Array.isArray(shape) || shape.length !== 3 || !shape.every((n) => isCount(n, 1, 4096))) return fail("has no usable image shape");
  const [height, width, channels] = shape as [number, number, number];
  if (!Array.isArray(labels) || labels.length < 1 || labels.length > 65_536 || !labels.every((label) => typeof label === "string"))
    return fail("has no usable labels");
  if (!VOTES.includes(voter as VoteName)) return fail(`has the unknown voter ${JSON.stringify(String(voter).slice(0, 40))}`);
  const { preparation, picture } = readPreparation(model, [height, width, channels], tensors, fail);
  if (!Array.isArray(members) || members.length < 1 || members.length > 4096) return fail("has no usable list of members");
  const image: Shape = { kind: "floats", height, width, channels };
  const checked = (members as unknown[]).map((member, i): CheckedMember => {
    const refuse = (what: string): never => fail(`member ${i} ${what}`);
    if (!isRecord(member)) return refuse("is not described");
    const { architecture, alpha, nodes } = member;
    if (typeof architecture !== "string") return refuse("has no name of its architecture");
    if (typeof alpha !== "number" || !Number.isFinite(alpha)) return refuse("has no usable alpha");
    return { architecture, alpha, ...checkNodes(nodes, image, labels.length, { tensors, fail: refuse }) };
  });
  return {
    shape: [height, width, channels],
    labels: labels,
    voter: voter as VoteName,
    preprocessing: preprocessing as ModelHeader["preprocessing"],
    members: checked,
    hasCodes: checked.some(({ shapes }) => shapes.some(({ kind }) => kind === "codes")),
    tensors,
    file,
    preparation,
    picture,
    table: preparation.kind === "table" ? preparation.table : undefined,
  };
}
