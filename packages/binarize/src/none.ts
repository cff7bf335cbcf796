import type { Binarizer } from "@benn/core";

/** No binarization: the real-valued twin of a binary network. */
export const none: Binarizer = {
  bits: { activations: 32, kernel: 32 },
  activations: (x) => x.clone(),
  kernel: (w) => w.clone(),
  project: (w) => w.clone(),
};
