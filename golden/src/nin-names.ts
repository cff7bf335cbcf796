// Where a weight of the reference's NIN stands in ours. Its names count the modules of a list, pools and ReLUs among them:
// `xnor.3.bn.running_mean` is the running mean before the binary convolution that is ours by the name of conv2.
import { UserError } from "@benn/core";

export type NinKind = "nin" | "allbinnet";

/** Module → our layer; a block `xnor.N` has `bn` and `conv` inside, a module of its own has its weights right there. */
const modules: Readonly<Record<NinKind, Readonly<Record<string, string>>>> = {
  nin: {
    "xnor.0": "conv1",
    "xnor.1": "conv1_bn",
    ...blocks({ 3: "conv2", 5: "conv3", 6: "conv4", 8: "conv5", 9: "conv6" }),
    "xnor.10": "conv7_bn",
    "xnor.11": "conv7",
  },
  allbinnet: blocks({ 0: "conv1", 1: "conv2", 3: "conv3", 4: "conv4", 6: "conv5", 7: "conv6", 8: "conv7" }),
};

const convolutionWeights: Readonly<Record<string, string>> = { weight: "kernel", bias: "bias" };
const batchNormWeights: Readonly<Record<string, string>> = {
  weight: "gamma",
  bias: "beta",
  running_mean: "moving_mean",
  running_var: "moving_variance",
};

/**
 * Our name of a weight, `conv2_bn/moving_mean`, from the reference's, with or without DataParallel's `module.` before it.
 * @throws UserError for a name that the net has no place for
 */
export function ninWeightName(kind: NinKind, reference: string): string {
  const [, module = "", weight = ""] = /^(?:module\.)?(.+)\.(\w+)$/.exec(reference) ?? [];
  const layer = modules[kind][module];
  const own = layer && (layer.endsWith("_bn") ? batchNormWeights : convolutionWeights)[weight];
  if (!layer || !own) throw new UserError(`${kind}: has no weight "${reference}". The file is of another net.`);
  return `${layer}/${own}`;
}

/** The binary convolutions' layers, in the order of the net. */
export function binaryLayers(kind: NinKind): string[] {
  return Object.entries(modules[kind]).flatMap(([module, layer]) => (module.endsWith(".conv") ? layer : []));
}

export function isNinKind(kind: string | undefined): kind is NinKind {
  return kind !== undefined && kind in modules;
}

function blocks(layers: Readonly<Record<number, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(layers).flatMap(([module, layer]) => [
      [`xnor.${module}.bn`, `${layer}_bn`],
      [`xnor.${module}.conv`, layer],
    ]),
  );
}
