import { numbersOf } from "./figure.ts";
import { html, type Html } from "./html.ts";
import { bytes, count, countOf } from "./numbers.ts";
import type { LayerRow, LayerTable, ReportedRun } from "./reported-run.ts";
import { table } from "./table.ts";

/** Weights and multiply-adds of each layer, by bit width. */
export function bits({ size, layers }: ReportedRun): Html {
  if (layers.length === 0) return html`<p>There is no table of layers, since the run cannot be packed: ${size.reason ?? ""}</p>`;
  return html`<p>All members take ${bytes(size.bytes)} as a .benn file, and ${bytes(size.realBytes)} with every weight at 32 bits.</p>
    ${layers.map(layerTable)}`;
}

function layerTable({ architecture, members, rows }: LayerTable): Html {
  const blank = (n: number): string => (n === 0 ? "" : count(n));
  const millions = (n: number): string => (n === 0 ? "" : (n / 1e6).toFixed(n < 1e5 ? 3 : 1));
  const sum = (of: (row: LayerRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const folded = ({ type, packedBytes, parameters }: LayerRow): boolean =>
    packedBytes === 0 && (parameters > 0 || type.includes("BatchNorm"));
  const cells = rows.map((row) => [
    row.name,
    row.type,
    row.outputShape.join("×"),
    blank(row.binaryParameters),
    blank(row.parameters - row.binaryParameters),
    millions(row.binaryMultiplyAdds),
    millions(row.realMultiplyAdds),
    folded(row) ? "folded" : blank(row.packedBytes),
  ]);
  const total = [
    "sum",
    "",
    "",
    blank(sum((row) => row.binaryParameters)),
    blank(sum((row) => row.parameters - row.binaryParameters)),
    millions(sum((row) => row.binaryMultiplyAdds)),
    millions(sum((row) => row.realMultiplyAdds)),
    blank(sum((row) => row.packedBytes)),
  ];
  const title = `Layers of ${architecture}, ${countOf(members, "member")}`;
  return html`${table(
    [
      { head: "Layer", text: true },
      { head: "Type", text: true },
      { head: "Output" },
      { head: "1-bit weights" },
      { head: "32-bit weights" },
      { head: "M 1-bit MACs" },
      { head: "M 32-bit MACs" },
      { head: "Bytes" },
    ],
    [...cells, total],
    { caption: title },
  )}${numbersOf(title, [
    ["layer", "type", "output", "1-bit weights", "weights", "1-bit multiply-adds", "32-bit multiply-adds", "bytes"],
    ...rows.map((row) => [
      row.name,
      row.type,
      row.outputShape.join("x"),
      row.binaryParameters,
      row.parameters,
      row.binaryMultiplyAdds,
      row.realMultiplyAdds,
      row.packedBytes,
    ]),
  ])}`;
}
