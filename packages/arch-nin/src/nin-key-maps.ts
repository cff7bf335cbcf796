import type { Definition, KeyMap, KnownKeyMap, Spec } from "@benn/core";

/** The two networks of which the reference published checkpoints. */
export type NinKind = "nin" | "allbinnet";

// The reference's names count the modules of a list, including pools and ReLUs: `xnor.3.bn.running_mean` is the running mean before the
// binary convolution that we call conv2. A block `xnor.N` contains `bn` and `conv`; a single module has its weights directly.
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

/** Maps the weights of the reference's networks to ours. */
export const ninKeyMaps: Readonly<Record<NinKind, KeyMap>> = {
  nin: { modules: modules.nin, keys: {}, ignore: [] },
  allbinnet: { modules: modules.allbinnet, keys: {}, ignore: [] },
};

/** The key maps as they are registered. */
export const knownNinKeyMaps: Readonly<Record<NinKind, Definition<KnownKeyMap>>> = {
  nin: definition("semi-binary", "nin", ({ name, binary }) => name === "nin" && binary === "inner"),
  allbinnet: definition("all-binary", "allbinnet", ({ name, binary }) => name === "allbinnet" || (name === "nin" && binary === "all")),
};

/** The binary convolutions' layers, in the order of the network. */
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

function definition(which: string, kind: NinKind, fits: (architecture: Spec) => boolean): Definition<KnownKeyMap> {
  return { description: `the ${which} network of the paper's own code, in PyTorch`, create: () => ({ fits, map: ninKeyMaps[kind] }) };
}
