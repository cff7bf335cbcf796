import * as tf from "../tensorflow.ts";
import { beforeAll, describe, test } from "./exam-host.ts";
import type { Binarizer } from "../binarizer.ts";
import { binarizerRules } from "./binarizer-rules.ts";

/**
 * Conformance tests for every binarizer: `testBinarizer("deterministic", () => deterministic)`. Runs on the active backend.
 * @param create creates the binarizer as its definition does
 */
export function testBinarizer(name: string, create: () => Binarizer): void {
  describe(`the binarizer ${name}`, () => {
    beforeAll(() => tf.ready());
    for (const [rule, check] of Object.entries(binarizerRules)) test(rule, () => check(create));
  });
}
