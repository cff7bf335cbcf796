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
/** With a number stored as a separate tensor. */
const one = Buffer.from("01000000000000000000003f", "hex");
const number = tensor("1", 1);
const openBoth = (value: Part): Checkpoint => readCheckpoint(legacy(pickle(value), ["0", "1"], Buffer.concat([two, one])), "x.pth");
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

  test("of the usual keys each goes before the next, and before any other", () => {
    const usual = "state_dict model_state_dict model_state model net network module weights params student".split(" ");
    for (const [i, key] of usual.entries())
      expect(namesOf(dict([usual[i + 1] ?? "another", others], [key, weights])), key).toEqual(["conv.weight"]);
  });

  test("the outer one goes before what lies in it", () => {
    expect(namesOf(dict(["state_dict", dict(["weight", tensor("0", 2)], ["more", others])]))).toEqual(["weight"]);
    expect(namesOf(dict(["net", dict(["a", dict(["b", others])], ["c", weights])]))).toEqual(["conv.weight"]);
  });

  test("what training keeps for itself is not looked at, nor what lies deeper than any checkpoint, or under a number", () => {
    for (const key of ["optimizer", "lr_scheduler", "grad_scaler", "momentum_buffer", "amp"])
      expect(namesOf(dict([key, others], ["whatever", weights])), key).toEqual(["conv.weight"]);
    expect(namesOf(dict(["amplifier", weights]))).toEqual(["conv.weight"]);
    const within = (levels: number): Part => (levels === 0 ? weights : dict(["inner", within(levels - 1)]));
    expect(namesOf(within(6))).toEqual(["conv.weight"]);
    expect(() => namesOf(within(7))).toThrow(/holds no dict of tensors/);
    expect(() => namesOf(["}K\x05", weights, "s"])).toThrow(/holds no dict of tensors/);
  });

  test("one that two keys share counts once", () => {
    expect(namesOf(["}(", text("first"), weights, "q\x07", text("second"), "h\x07u"])).toEqual(["conv.weight"]);
  });

  test("none is guessed where no key distinguishes them", () => {
    const twins = dict(["generator", dict(["state_dict", weights])], ["discriminator", dict(["state_dict", others])]);
    expect(() => open(twins)).toThrow(UserError);
    expect(() => open(twins)).toThrow(
      /^x\.pth: has tensors under generator\.state_dict, discriminator\.state_dict, and which are the network's/,
    );
  });
});

test("single numbers beside a dict of tensors are facts, though they are tensors too; within one they are weights", () => {
  const { tensors, facts } = openBoth(dict(["best", number], ["custom", weights]));
  expect([[...tensors.keys()], facts]).toEqual([["conv.weight"], { best: 0.5 }]);
  expect([...openBoth(dict(["state_dict", dict(["scale", number])], ["beside", tensor("0", 2)])).tensors.keys()]).toEqual(["scale"]);
});

test("a weight has a name, not a number; a tensor beside the weights that is no number is left alone", () => {
  const numbered = ["}(K\x05", tensor("0", 2), text("weight"), tensor("0", 2), "u"];
  expect([...open(dict(["state_dict", numbered], ["mask", tensor("0", 2)])).tensors.keys()]).toEqual(["weight"]);
  expect(open(dict(["state_dict", weights], ["mask", tensor("0", 2)]))).toMatchObject({ facts: {}, skipped: ["mask"] });
});

test("texts, numbers and truths beside the weights are facts, without what a terminal obeys", () => {
  const { facts } = open(dict(["state_dict", weights], ["a\u001B[2J", text("b\u001B[2J")], ["pretrained", "\x88"], ["none", "N"]));
  expect(facts).toEqual({ "a\\u001b[2J": "b\\u001b[2J", pretrained: true });
});

test("a checkpoint without weights says what to save", () => {
  expect(() => open(dict(["acc", accuracy], ["optimizer", dict(["state", weights])]))).toThrow(/^x\.pth: holds no dict of tensors\. Save/);
  expect(() => open([tensor("0", 2)])).toThrow(/^x\.pth: holds no state dict\. Save/);
});
