import { expect, test } from "vitest";
import type { Config } from "../config.ts";
import { LOSSES } from "../loss.ts";
import { resolveConfig, settingsOf } from "./resolve-config.ts";
import { toyContainer } from "./toy-problem.ts";

const container = toyContainer();
const resolve = (config: Config) => resolveConfig(config, container);

test("every member is spelled out, with what its group names and the run's own for the rest", () => {
  const linear = { name: "linear", hidden: 0, batchNorm: false, height: 4 };
  const { members } = resolve({
    learningRate: 0.5,
    epochs: 7,
    members: [{ count: 2, architecture: { name: "linear", hidden: 3 }, learningRate: 0.1, optimizer: "adam" }, { epochs: 2 }],
  });
  const adam = expect.objectContaining({ name: "adam" }) as object;
  expect(members).toHaveLength(3);
  expect(members[0]).toMatchObject({ architecture: { ...linear, hidden: 3 }, learningRate: 0.1, epochs: 7, optimizer: [adam] });
  expect(members[1]).toEqual(members[0]);
  expect(members[2]).toMatchObject({ architecture: linear, learningRate: 0.5, epochs: 2, optimizer: [adam], binarizer: { name: "none" } });
  expect(resolve({ members: 4 }).members).toHaveLength(4);
});

test("a member that was added later has the settings of the last one, and below 0 there is none", () => {
  const config = resolve({ members: [{ learningRate: 0.5 }, { learningRate: 0.25 }] });
  expect([0, 1, 2, 9].map((member) => settingsOf(config, member).learningRate)).toEqual([0.5, 0.25, 0.25, 0.25]);
  expect(() => settingsOf(config, -1)).toThrow(new RangeError("member -1 of 2"));
});

test.for<[Config, string]>([
  [{ members: [{ count: 6000 }, { count: 4001 }] }, "members: the groups have 10001 members together. Lower their counts to 10000 in all."],
  [{ optimizer: ["adam", "nobody"] }, 'optimizer "nobody" is unknown.'],
  [{ optimizer: ["adam", { name: "adam", wrong: 1 }] }, 'optimizer[1]: optimizer "adam" has no option "wrong".'],
  [
    { members: [{}, { architecture: { name: "linear", wrong: 1 } }] },
    'members[1].architecture: architecture "linear" has no option "wrong".',
  ],
  [{ members: [{ optimizer: [{ name: "adam", wrong: 1 }] }] }, 'members[0].optimizer[0]: optimizer "adam" has no option "wrong".'],
  [
    { batchSize: 4, gradientAccumulationSteps: 5 },
    "gradientAccumulationSteps: is 5, but a batch of 4 has no more than 4 parts. Lower it, or raise batchSize.",
  ],
  [{ scoreOn: "validation" }, 'scoreOn: is "validation", but no rows are held out. Set validation, for example --set validation=0.1.'],
  [{ averageWeights: { decay: 0.9 } }, "Set batchNorm.statistics=precise."],
  [{ mode: "independent", pretrainEpochs: 2 }, "pretrainEpochs: is 2, but independent members start afresh."],
  [{ mode: "independent", init: "runs/a" }, "init: is the start of the first sequential member, but independent members start afresh."],
  [{ init: "runs/a", pretrainEpochs: 2 }, "init: is where the first member starts, and so is the model of pretrainEpochs=2."],
  [{ given: ["runs/a"], init: "runs/a" }, "given: the first members are there already, so init has nothing to start. Leave it out."],
  [{ given: ["runs/a"], pretrainEpochs: 1 }, "given: the first members are there already, so pretrainEpochs has nothing to start."],
  [{ metrics: [] }, 'metrics: names none. Name at least one, for example metrics=["accuracy"].'],
])("what does not go together is refused: %o", ([config, message]) => {
  expect(() => resolve(config)).toThrow(message);
});

test.for<Config>([
  { members: [{ count: 6000 }, { count: 4000 }] },
  { batchSize: 4, gradientAccumulationSteps: 4 },
  { scoreOn: "validation", validation: 0.1 },
  { averageWeights: { decay: 0.9 }, batchNorm: { statistics: "precise" } },
  { averageWeights: false },
  { mode: "independent" },
  { mode: "sequential", pretrainEpochs: 2 },
  { mode: "sequential", init: "runs/a" },
  { given: ["runs/a"] },
])("what goes together is not: %o", (config) => {
  expect(resolve(config)).toMatchObject({ members: expect.any(Array) });
});

test("a stop that no vote could tell is refused", () => {
  const own = toyContainer();
  own.resolve(LOSSES).add("taught", { description: "", create: () => ({ teacher: "runs/a", rows: ({ logits }) => logits.sum(1) }) });
  const why = (config: Config) => {
    try {
      return resolveConfig({ stopWhen: { patience: 2 }, scheme: "bag", mode: "independent", ...config }, own).stopWhen;
    } catch (error) {
      return (error as Error).message;
    }
  };
  const sentence = (reason: string) =>
    `stopWhen: no rows are held out to measure the vote on, and ${reason}. Hold rows out, for example --set validation=0.1.`;
  expect(why({})).toMatchObject({ patience: 2 });
  expect(why({ scheme: "boost" })).toBe(sentence("scheme boost has no out-of-bag vote"));
  expect(why({ mode: "sequential" })).toBe(sentence("in sequential mode only the first members have rows out of bag"));
  expect(why({ given: ["runs/a"] })).toBe(sentence("nobody knows which rows are out of the bag of given members"));
  expect(why({ members: [{}, { loss: "taught" }] })).toBe(sentence("a teacher that saw all rows leaves none out of bag"));
  expect(why({ mode: "sequential", validation: 0.1 })).toMatchObject({ patience: 2 });
  expect(why({ scheme: "boost", stopWhen: false })).toBe(false);
});
