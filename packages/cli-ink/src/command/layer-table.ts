import type { LayerSummary, ModelSummary } from "@benn/core/internals";
import { count, table } from "../run/format.ts";

type Row = Pick<LayerSummary, "parameters" | "binaryParameters" | "binaryMultiplyAdds" | "realMultiplyAdds" | "bytes">;

/** Maximum number of characters of a layer's name. */
const LONGEST_NAME = 18;

/** Table of the layers with weights or multiply-adds: output, weights and multiply-adds per image by bit width, bytes. Fits 80 columns. */
export function layerTable({ layers, ...summary }: ModelSummary): string[] {
  const shown = layers.filter(({ bytes, binaryMultiplyAdds, realMultiplyAdds }) => bytes + binaryMultiplyAdds + realMultiplyAdds > 0);
  const total = { ...summary, realMultiplyAdds: summary.multiplyAdds - summary.binaryMultiplyAdds };
  const cells = [
    ["", "", "weights", "", "M MACs", "", ""],
    ["layer", "output", "1-bit", "32-bit", "1-bit", "32-bit", "bytes"],
    ...shown.map((layer) => [shortName(layer.name), layer.outputShape.join("×"), ...numbers(layer)]),
    ["all", "", ...numbers(total)],
  ];
  const left = layers.length - shown.length;
  return [
    ...table(cells, { left: 2 }).map((line) => `  ${line}`),
    ...(left === 0 ? [] : [`  ${left === 1 ? "1 layer" : `${left} layers`} without weights left out; --json lists all.`]),
  ];
}

function numbers({ parameters, binaryParameters, binaryMultiplyAdds, realMultiplyAdds, bytes }: Row): string[] {
  return [
    amount(binaryParameters),
    amount(parameters - binaryParameters),
    millions(binaryMultiplyAdds),
    millions(realMultiplyAdds),
    amount(bytes),
  ];
}

/** At most eight characters: from a million on in thousands, from a billion on in millions. */
function amount(value: number): string {
  if (value === 0) return "";
  return value < 1e6 ? count(value) : value < 1e9 ? `${count(value / 1e3)}k` : `${count(value / 1e6)}M`;
}

function millions(value: number): string {
  return value === 0 ? "" : value >= 1e8 ? count(value / 1e6) : (value / 1e6).toFixed(value < 1e5 ? 3 : 1);
}

function shortName(name: string): string {
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME / 2 - 1)}…${name.slice(-LONGEST_NAME / 2)}`;
}
