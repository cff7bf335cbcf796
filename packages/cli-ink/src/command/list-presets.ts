import { presets } from "../presets/presets.ts";
import { table } from "../run/format.ts";

/** `benn presets` */
export function listPresets({ json }: { readonly json?: boolean }): void {
  const lines = json
    ? [JSON.stringify(presets, null, 2)]
    : table(
        Object.entries(presets).map(([name, { description }]) => [name, description]),
        { left: 2 },
      );
  process.stdout.write(`${lines.join("\n")}\n`);
}
