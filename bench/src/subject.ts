import type { Command } from "commander";
import type { Table } from "./table.ts";

/** What `pnpm bench NAME` measures. */
export interface Subject<Options> {
  /** Defines its description, options and examples. */
  describe(command: Command): Command;
  /**
   * Yields tables as they are ready.
   * @throws if something is missing, or a measurement reveals an error
   */
  measure(options: Options): AsyncIterable<Table>;
}
