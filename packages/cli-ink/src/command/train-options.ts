import type { Ui } from "./choose-ui.ts";
import type { ConfigRequest } from "./configure.ts";
import type { ScreenLooks } from "./open-screen.ts";

export interface TrainOptions extends ScreenLooks {
  readonly file?: string;
  readonly preset?: string;
  readonly set?: readonly string[];
  readonly plugin?: readonly string[];
  readonly data?: string;
  readonly backend?: string;
  readonly parallel?: string;
  readonly out?: string;
  readonly resume?: string;
  readonly takeOver?: boolean;
  readonly ui: Ui | "auto";
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly prepare?: boolean;
  readonly member?: number;
  readonly into?: string;
  /** Address of a queue; a bare --on takes it from BENN_QUEUE_URL. */
  readonly on?: string | true;
  readonly store?: string;
  readonly class?: string;
  readonly ca?: string;
  readonly insecure?: boolean;
}

export function configRequest({ file, preset, set, plugin, data, backend, parallel }: TrainOptions): ConfigRequest {
  return {
    settings: set ?? [],
    plugins: plugin ?? [],
    ...(file === undefined ? {} : { file }),
    ...(preset === undefined ? {} : { preset }),
    ...(data === undefined ? {} : { data }),
    ...(backend === undefined ? {} : { backend }),
    ...(parallel === undefined ? {} : { parallel }),
  };
}
