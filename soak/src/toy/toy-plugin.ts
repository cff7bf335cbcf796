// The toy problem for the command: `benn train --plugin toy-plugin.ts`.
import { ARCHITECTURES, DATASETS, definePlugin, SCHEMES, VOTERS } from "@benn/core";
import type { InjectionToken, Registry } from "@benn/core/node";
import { openToyContainer } from "./toy-runs.ts";

export default definePlugin({
  name: "toy",
  register(container) {
    const toy = openToyContainer();
    const take = <T>(token: InjectionToken<Registry<T>>): void => {
      for (const { name, definition } of toy.resolve(token).entries()) container.resolve(token).add(name, definition);
    };
    take(ARCHITECTURES);
    take(DATASETS);
    take(SCHEMES);
    take(VOTERS);
  },
});
