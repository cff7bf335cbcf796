import { definePlugin, SCHEMES } from "@benn/core";
import { boost, boostOptions } from "./boost.ts";
import { exponential, logit, mild } from "./weight-rules.ts";

export { type AlphaRule, halfLog, samme } from "./alpha-rules.ts";
export { boost, type BoostOptions, boostOptions } from "./boost.ts";
export { exponential, logit, mild, type WeightRule } from "./weight-rules.ts";

const schemes = [
  {
    name: "adaboost",
    alias: "boost-a",
    rule: exponential,
    alpha: "half-log",
    does: "AdaBoost: weights of misclassified samples times exp(α), of correct ones times exp(−α)",
  },
  { name: "logitboost", alias: "boost-b", rule: logit, alpha: "half-log", does: "LogitBoost: weights move on a logistic curve below 1" },
  { name: "mildboost", alias: "boost-c", rule: mild, alpha: "half-log", does: "MildBoost: weights stay close to one another" },
  { name: "samme", alias: "boost-d", rule: exponential, alpha: "samme", does: "SAMME: members only have to be better than guessing" },
] as const;

export default definePlugin({
  name: "@benn/ensemble-boost",
  register(container) {
    for (const { name, alias, rule, alpha, does } of schemes) {
      container
        .resolve(SCHEMES)
        .add(
          name,
          { description: does, options: boostOptions(alpha), create: (options) => boost(name, rule, options) },
          { aliases: [alias] },
        );
    }
  },
});
