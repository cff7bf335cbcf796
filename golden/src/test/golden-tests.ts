import { fileURLToPath } from "node:url";
import * as tf from "@benn/core/tensorflow";
import { beforeAll, describe, expect, test } from "vitest";
import { openContainer } from "../open-container.ts";
import { openFolder } from "../open-folder.ts";
import type { OpenOptions } from "../open-options.ts";

const FIXTURES = fileURLToPath(new URL("../../fixtures", import.meta.url));

/**
 * Each check of the fixtures as a test.
 * @param activate activates the backend
 */
export async function goldenTests(backend: string, activate: () => Promise<void>, options: OpenOptions = {}): Promise<void> {
  const files = openFolder(FIXTURES, await openContainer(), options);

  describe(`on ${backend}, ours are the reference's numbers`, () => {
    let tensors = 0;
    beforeAll(async () => {
      await activate();
      tensors = tf.memory().numTensors;
    });

    describe.for(files)("in $file:", ({ checks, notes }) => {
      test.for(checks)("$name, to $tolerance", async ({ measure, tolerance }) => {
        expect(await measure()).toBeLessThanOrEqual(tolerance);
      });

      if (options.training === false) return;
      test("all tensors were asked for", () => {
        expect(notes().filter((note) => note.startsWith("Not checked"))).toEqual([]);
      });
    });

    test("no tensor is left behind", () => {
      expect(tf.memory().numTensors).toBe(tensors);
    });
  });
}
