import type * as tf from "../tensorflow.ts";
import type { Architecture, BuildOptions } from "../architecture.ts";
import { ContractError } from "./contract-error.ts";
import { describeValue } from "./describe-value.ts";
import { requireMethods } from "./require-methods.ts";
import { withChecks } from "./with-checks.ts";

/** Checks that each model accepts the images and returns one logit per class. */
export function checkedArchitecture(architecture: Architecture, who: string): Architecture {
  requireMethods(who, architecture, { required: ["build"] });
  return withChecks(architecture, {
    build(options) {
      const model: unknown = architecture.build(options);
      if (!isModel(model)) throw new ContractError(`${who}: build returned ${describeValue(model)}. It must return a tf.LayersModel.`);
      try {
        checkEnds(who, model, options);
      } catch (error) {
        model.dispose();
        throw error;
      }
      return model;
    },
  });
}

/** Not by `instanceof`: a plugin may use its own copy of TensorFlow.js. */
function isModel(value: unknown): value is tf.LayersModel {
  const model = value as Partial<tf.LayersModel> | undefined | null;
  return typeof model === "object" && Array.isArray(model?.layers) && Array.isArray(model.outputs) && typeof model.dispose === "function";
}

function checkEnds(who: string, model: tf.LayersModel, { inputShape, classes }: BuildOptions): void {
  const ends = [
    { end: "input", tensors: model.inputs, shape: inputShape },
    { end: "output", tensors: model.outputs, shape: [classes] },
  ];
  for (const { end, tensors, shape } of ends) {
    const [own = [], ...others] = tensors.map((tensor) => tensor.shape.slice(1));
    const fits = others.length === 0 && own.length === shape.length && own.every((size, axis) => size === null || size === shape[axis]);
    if (fits) continue;
    const has = tensors.map((tensor) => `[${tensor.shape.map((size) => size ?? "batch").join(", ")}]`).join(" and ");
    throw new ContractError(
      `${who}: its model has the ${end} ${has}. It must be [batch, ${shape.join(", ")}] for these images and ${classes} classes.`,
    );
  }
}
