// Where a weight of the reference's NIN stands in ours. Its names count the modules of a list, pools and ReLUs among them:
// `xnor.3.bn.running_mean` is the running mean before the binary convolution that is ours by the name of conv2.
import { type Spec, UserError } from "@benn/core";
import { type KeyMap, placeOf } from "./key-map.ts";

export type NinKind = "nin" | "allbinnet";

/** Module → our layer; a block `xnor.N` has `bn` and `conv` inside, a module of its own has its weights right there. */
const modules: Readonly<Record<NinKind, Record<string, string>>> = {
  nin: {
    "xnor.0": "conv1",
    "xnor.1": "conv1_bn",
    ...blocks({ 3: "conv2", 5: "conv3", 6: "conv4", 8: "conv5", 9: "conv6" }),
    "xnor.10": "conv7_bn",
    "xnor.11": "conv7",
  },
  allbinnet: blocks({ 0: "conv1", 1: "conv2", 3: "conv3", 4: "conv4", 6: "conv5", 7: "conv6", 8: "conv7" }),
};

export const ninKeyMaps: Readonly<Record<NinKind, KeyMap>> = {
  nin: { modules: modules.nin, keys: {}, ignore: [] },
  allbinnet: { modules: modules.allbinnet, keys: {}, ignore: [] },
};

/** The key map of an architecture as it is configured, if the reference has such a net. */
export function knownKeyMap({ name, binary = "inner" }: Spec): KeyMap | undefined {
  if (name === "nin" && binary === "inner") return ninKeyMaps.nin;
  return name === "allbinnet" || (name === "nin" && binary === "all") ? ninKeyMaps.allbinnet : undefined;
}

/**
 * Our name of a weight, `conv2_bn/moving_mean`, from the reference's, with or without DataParallel's `module.` before it.
 * @throws UserError for a name that the net has no place for
 */
export function ninWeightName(kind: NinKind, reference: string): string {
  const place = placeOf(ninKeyMaps[kind], reference, (name) => /_bn\/(?:gamma|beta|moving_\w+)$|^[^_]+\/(?:kernel|bias)$/.test(name));
  if (!place) throw new UserError(`${kind}: has no weight "${reference}". The file is of another net.`);
  return place.to;
}

/** The binary convolutions' layers, in the order of the net. */
export function binaryLayers(kind: NinKind): string[] {
  return Object.entries(modules[kind]).flatMap(([module, layer]) => (module.endsWith(".conv") ? layer : []));
}

export function isNinKind(kind: string | undefined): kind is NinKind {
  return kind !== undefined && Object.hasOwn(modules, kind);
}

function blocks(layers: Readonly<Record<number, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(layers).flatMap(([module, layer]) => [
      [`xnor.${module}.bn`, `${layer}_bn`],
      [`xnor.${module}.conv`, layer],
    ]),
  );
}
