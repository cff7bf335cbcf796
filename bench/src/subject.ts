import type { Command } from "commander";
import type { Table } from "./table.ts";

/** What `pnpm bench NAME` measures. */
export interface Subject<Options> {
  /** Says what it is, with its options and examples. */
  describe(command: Command): Command;
  /**
   * Tables as they are ready.
   * @throws where something is missing, or a measurement shows a fault
   */
  measure(options: Options): AsyncIterable<Table>;
}
