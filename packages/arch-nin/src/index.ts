import { ARCHITECTURES, definePlugin, KEY_MAPS } from "@benn/core";
import { nin, ninOptions } from "./nin.ts";
import { knownNinKeyMaps } from "./nin-key-maps.ts";

export { nin, type NinOptions, ninOptions } from "./nin.ts";
export { binaryLayers, isNinKind, type NinKind, ninKeyMaps } from "./nin-key-maps.ts";

export default definePlugin({
  name: "@benn/arch-nin",
  register(container) {
    const architectures = container.resolve(ARCHITECTURES);
    architectures.add("nin", {
      description: "Network in Network, semi-binary (SB): the first and the last convolution real",
      options: ninOptions,
      create: nin,
    });
    architectures.add("allbinnet", {
      description: "Network in Network, all-binary (AB): every convolution binary",
      options: ninOptions.omit({ binary: true }),
      create: (options) => nin({ ...options, binary: "all" }),
    });
    for (const [name, keyMap] of Object.entries(knownNinKeyMaps)) container.resolve(KEY_MAPS).add(name, keyMap);
  },
});
