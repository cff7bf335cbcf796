import { definePlugin, SCHEDULES } from "@benn/core";
import { constant, constantOptions } from "./constant.ts";
import { cosine, cosineOptions } from "./cosine.ts";
import { linear, linearOptions } from "./linear.ts";
import { oneCycle, oneCycleOptions } from "./one-cycle.ts";

export { constant, constantOptions } from "./constant.ts";
export { cosine, cosineOptions } from "./cosine.ts";
export { linear, linearOptions } from "./linear.ts";
export { oneCycle, oneCycleOptions } from "./one-cycle.ts";

export default definePlugin({
  name: "@benn/schedules",
  register(container) {
    const schedules = container.resolve(SCHEDULES);
    schedules.add("constant", { description: "constant, after a warm-up", options: constantOptions, create: constant });
    schedules.add("linear", { description: "falls linearly, after a warm-up", options: linearOptions, create: linear });
    schedules.add("cosine", { description: "falls along half a cosine, after a warm-up", options: cosineOptions, create: cosine });
    schedules.add("one-cycle", {
      description: "rises to a peak, then falls to almost nothing",
      options: oneCycleOptions,
      create: oneCycle,
    });
  },
});
