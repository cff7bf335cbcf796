import { UserError } from "@benn/core";
import { describe, expect, test } from "vitest";
import { call, legacy, type Part, pickle, tensor, text } from "../../test/pickle.ts";
import { type Checkpoint, readCheckpoint } from "./read-checkpoint.ts";

const dict = (...entries: readonly (readonly [string, Part])[]): Part => ["}(", ...entries.map(([key, value]) => [text(key), value]), "u"];
const ordered = (...entries: readonly (readonly [string, Part])[]): Part => [
  call("collections", "OrderedDict"),
  "(",
  ...entries.map(([key, value]) => [text(key), value]),
  "u",
];
/** A state dict of one weight [2], and another one. */
const weights = ordered(["conv.weight", tensor("0", 2)]);
const others = ordered(["other.weight", tensor("0", 2)]);
const accuracy: Part = "K\x2a";

const two = Buffer.from("02000000000000000000803f00000040", "hex");
const open = (value: Part): Checkpoint => readCheckpoint(legacy(pickle(value), ["0"], two), "x.pth");
const namesOf = (value: Part): string[] => [...open(value).tensors.keys()];

test.for(["state_dict", "model_state_dict", "net", "model", "network", "weights", "whatever it is called"])(
  "weights under %s are found, and what stands beside them is kept",
  (key) => {
    const { tensors, facts, skipped } = open(dict(["acc", accuracy], [key, weights], ["optimizer", dict(["state", others])]));
    expect([...tensors.keys()]).toEqual(["conv.weight"]);
    expect(facts).toEqual({ acc: 42 });
    expect(skipped).toEqual(["optimizer"]);
  },
);

describe("of several dicts of tensors", () => {
  test("the one under the most usual key is taken, however deep it lies, and an average only if there is nothing else", () => {
    expect(namesOf(dict(["checkpoint", dict(["state_dict", weights], ["epoch", accuracy])]))).toEqual(["conv.weight"]);
    expect(namesOf(dict(["buffers", others], ["net", weights]))).toEqual(["conv.weight"]);
    expect(namesOf(dict(["model", others], ["state_dict", weights]))).toEqual(["conv.weight"]);
    expect(namesOf(dict(["ema", dict(["state_dict", others])], ["model", weights]))).toEqual(["conv.weight"]);
    expect(namesOf(dict(["ema", weights], ["epoch", accuracy]))).toEqual(["conv.weight"]);
    expect(open(dict(["checkpoint", dict(["state_dict", weights], ["epoch", accuracy])], ["acc", accuracy])).facts).toEqual({
      epoch: 42,
      acc: 42,
    });
  });

  test("none is guessed where no key distinguishes them", () => {
    const twins = dict(["generator", dict(["state_dict", weights])], ["discriminator", dict(["state_dict", others])]);
    expect(() => open(twins)).toThrow(UserError);
    expect(() => open(twins)).toThrow(
      /^x\.pth: has tensors under generator\.state_dict, discriminator\.state_dict, and which are the network's/,
    );
  });
});

test("a checkpoint without weights says what to save", () => {
  expect(() => open(dict(["acc", accuracy], ["optimizer", dict(["state", weights])]))).toThrow(/^x\.pth: holds no dict of tensors\. Save/);
  expect(() => open([tensor("0", 2)])).toThrow(/^x\.pth: holds no state dict\. Save/);
});
