import { checkedKeyMap } from "./checked/checked-key-map.ts";
import { checkedPreset } from "./checked/checked-preset.ts";
import { checkedView } from "./checked/checked-view.ts";
import { VIEWS } from "./dashboard-view.ts";
import { KEY_MAPS } from "./key-map.ts";
import { NAMED_CONTRACTS, type Use } from "./named-contracts.ts";
import { PRESETS } from "./preset.ts";

/**
 * Everything that plugins can provide, by configuration key. The container, the configuration, its resolution, its JSON schema,
 * `benn plugins` and `--set` derive from this table. To add a contract, add an entry, in `NAMED_CONTRACTS` if configurations name it.
 */
export const CONTRACTS = {
  ...NAMED_CONTRACTS,
  views: { token: VIEWS, check: checkedView, title: "dashboard view", per: "none", many: false, description: "what the dashboard shows" },
  presets: { token: PRESETS, check: checkedPreset, title: "preset", per: "none", many: false, description: "configurations with a name" },
  keyMaps: {
    token: KEY_MAPS,
    check: checkedKeyMap,
    title: "key map",
    per: "none",
    many: false,
    description: "names of another framework's weights",
  },
} as const satisfies Record<string, Use & { readonly token: unknown; readonly check: unknown }>;

export type ContractKey = keyof typeof CONTRACTS;
