import { ARCHITECTURES } from "./architecture.ts";
import { BACKENDS } from "./backend.ts";
import { BINARIZERS } from "./binarizer.ts";
import { checkedArchitecture } from "./checked/checked-architecture.ts";
import { checkedBackend } from "./checked/checked-backend.ts";
import { checkedBinarizer } from "./checked/checked-binarizer.ts";
import { checkedDataset } from "./checked/checked-dataset.ts";
import { checkedListener } from "./checked/checked-listener.ts";
import { checkedLoss } from "./checked/checked-loss.ts";
import { checkedMetric } from "./checked/checked-metric.ts";
import { checkedOptimizer } from "./checked/checked-optimizer.ts";
import { checkedSchedule } from "./checked/checked-schedule.ts";
import { checkedScheme } from "./checked/checked-scheme.ts";
import { checkedVoter } from "./checked/checked-voter.ts";
import { DATASETS } from "./dataset.ts";
import { SCHEMES } from "./ensemble-scheme.ts";
import { LISTENERS } from "./listener.ts";
import { LOSSES } from "./loss.ts";
import { METRICS } from "./metric.ts";
import { OPTIMIZERS } from "./optimizer.ts";
import { SCHEDULES } from "./schedule.ts";
import { VOTERS } from "./voter.ts";

/** How a configuration names the plugins of a contract. */
export interface Use {
  /** What one of them is called in messages. */
  readonly title: string;
  /** `run`: once per run; `member`: also per group of members; `none`: not in the configuration. */
  readonly per: "run" | "member" | "none";
  /** Whether the key takes a list. */
  readonly many: boolean;
  readonly description: string;
}

/** The contracts whose plugins a configuration names, by configuration key: see `CONTRACTS`. */
export const NAMED_CONTRACTS = {
  dataset: { token: DATASETS, check: checkedDataset, title: "dataset", per: "run", many: false, description: "images to learn" },
  architecture: {
    token: ARCHITECTURES,
    check: checkedArchitecture,
    title: "architecture",
    per: "member",
    many: false,
    description: "network of the members",
  },
  binarizer: {
    token: BINARIZERS,
    check: checkedBinarizer,
    title: "binarizer",
    per: "member",
    many: false,
    description: "how weights and activations become binary",
  },
  scheme: {
    token: SCHEMES,
    check: checkedScheme,
    title: "ensemble scheme",
    per: "run",
    many: false,
    description: "how members differ: bagging or boosting",
  },
  voter: { token: VOTERS, check: checkedVoter, title: "voter", per: "run", many: false, description: "how members vote" },
  loss: { token: LOSSES, check: checkedLoss, title: "loss", per: "member", many: false, description: "what training minimizes" },
  optimizer: {
    token: OPTIMIZERS,
    check: checkedOptimizer,
    title: "optimizer",
    per: "member",
    many: true,
    description: "update rule; of a list each parameter gets the first that claims it",
  },
  schedule: {
    token: SCHEDULES,
    check: checkedSchedule,
    title: "schedule",
    per: "member",
    many: false,
    description: "learning rate over a member's training",
  },
  metrics: {
    token: METRICS,
    check: checkedMetric,
    title: "metric",
    per: "run",
    many: true,
    description: "what members and votes are measured by",
  },
  backend: { token: BACKENDS, check: checkedBackend, title: "backend", per: "run", many: false, description: "compute backend" },
  listeners: {
    token: LISTENERS,
    check: checkedListener,
    title: "listener",
    per: "run",
    many: true,
    description: "what else gets the run's events; may be changed when it is resumed",
  },
} as const satisfies Record<string, Use & { readonly token: unknown; readonly check: unknown }>;

type NamedKey = keyof typeof NAMED_CONTRACTS;

/** Keys of the contracts that are used in this way. */
export type KeysOf<U extends Partial<Use>> = { [K in NamedKey]: (typeof NAMED_CONTRACTS)[K] extends U ? K : never }[NamedKey];

/** The keys of the contracts that are used in this way, in the order of the table. */
export function keysOf<const U extends Partial<Pick<Use, "per" | "many">>>(use: U): KeysOf<U>[] {
  const wanted = Object.entries(use);
  const keys = Object.keys(NAMED_CONTRACTS) as NamedKey[];
  return keys.filter((key) => wanted.every(([name, value]) => NAMED_CONTRACTS[key][name as keyof Use] === value)) as KeysOf<U>[];
}
