import { UserError } from "@benn/core";
import type { Sliding } from "../node-parts.ts";
import type { Operation, UnconnectedOperation, ZeroPad } from "./operation.ts";

type Unconnected<T = Operation> = T extends Operation ? Omit<T, keyof UnconnectedOperation> & UnconnectedOperation : never;

/**
 * Connects an operation with its inputs as a .benn file supports it: zeros that pad the input become padding of its window, and signs are
 * used only where bits may be.
 * @throws UserError if the file cannot represent the input
 */
export function connect(operation: Unconnected): Operation {
  const merged = mergePadding(operation);
  const { layer, kind, inputs } = merged;
  if ("size" in merged && merged.pad.some((n, side) => n >= (merged.size[side >> 1] ?? 0))) {
    throw new UserError(
      `export: layer ${layer} has padding of ${merged.pad.join(", ")} and a window of ${merged.size.join("×")}. A packed model takes less padding than the window: pad less.`,
    );
  }
  if (kind === "planeConv") return merged; // created together with its codes, by one layer
  const odd = inputs.find((input) => isBits(input) !== (kind === "binaryConv"));
  if (kind === "maxPool" || !odd) return merged;
  throw new UserError(
    kind === "binaryConv"
      ? `export: layer ${layer} is a binary convolution of what layer ${odd.layer} gives, which is not signs. Lower it to a sign and the convolution.`
      : `export: layer ${layer} takes the signs of layer ${odd.layer} as numbers, and a packed model keeps them as bits. Let binary convolutions and max pools alone take them.`,
  );
}

const isBits = ({ kind, inputs }: Operation): boolean => kind === "sign" || (kind === "maxPool" && inputs.some(isBits));

function mergePadding(operation: Unconnected): Operation {
  const padding = operation.inputs.find((input) => input.kind === "zeroPad");
  if (!padding) return operation as Operation; // none of its inputs is padding
  const refuse = (why: string): never => {
    throw new UserError(
      `export: layer ${padding.layer} pads with zeros before layer ${operation.layer}, ${why}. ` +
        "A packed model pads only convolutions, average pools, and max pools of values that are not negative: pad those, or not at all.",
    );
  };
  const { inputs } = padding;
  const onto = (own: Sliding["pad"]): Sliding["pad"] => sum(own, padding.pad);
  switch (operation.kind) {
    case "conv":
    case "binaryConv":
    case "planeConv":
      return { ...operation, inputs, pad: onto(operation.pad) };
    case "averagePool":
      // These zeros count as values; those of a pool that divides by the number of values inside do not.
      if (operation.inside && operation.pad.some((n) => n > 0))
        return refuse("an average pool that leaves its own padding out of the average");
      return { ...operation, inputs, pad: onto(operation.pad), inside: false };
    case "maxPool":
      if (!inputs.every(isNonNegative)) return refuse("a max pool of values that may be below 0");
      return { ...operation, inputs, pad: onto(operation.pad) };
    case "sign":
      return refuse("which takes signs, and the sign of 0 is +1");
    case "quantize":
      return refuse("which makes codes of them first");
    case "image":
    case "affine":
    case "relu":
    case "add":
    case "mean":
    case "flatten":
    case "padChannels":
      return refuse("which has no window");
    default:
      return operation satisfies never;
  }
}

/** Zeros around an input that may be zero padding already. */
export function zeroPad({ inputs: [input], ...place }: UnconnectedOperation, pad: Sliding["pad"]): ZeroPad {
  if (!input) throw new UserError(`export: layer ${place.layer} pads nothing. Give it an input.`);
  if (input.kind === "zeroPad") return { ...place, kind: "zeroPad", inputs: input.inputs, pad: sum(pad, input.pad) };
  return { ...place, kind: "zeroPad", inputs: [input], pad };
}

const sum = (a: Sliding["pad"], b: Sliding["pad"]): Sliding["pad"] => [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]];

/** Whether no value can be below 0. */
function isNonNegative(operation: Operation): boolean {
  switch (operation.kind) {
    case "relu":
      return true;
    case "conv":
    case "binaryConv":
    case "planeConv":
      return operation.relu;
    case "quantize":
      return true;
    case "maxPool":
    case "averagePool":
    case "mean":
    case "flatten":
    case "padChannels":
    case "add":
      return operation.inputs.every(isNonNegative);
    case "image":
    case "affine":
    case "sign":
      return false;
    default:
      return operation satisfies never;
  }
}
