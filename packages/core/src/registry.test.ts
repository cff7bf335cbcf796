import { expect, test } from "vitest";
import { z } from "zod";
import { Registry } from "./registry.ts";

function nets(): Registry<string> {
  const registry = new Registry<string>("architecture");
  registry.registrant = "@benn/arch-nin";
  registry.add(
    "nin",
    {
      description: "Network in Network",
      options: z.object({ width: z.number().positive().default(1), binary: z.enum(["inner", "all"]).default("inner") }),
      create: ({ width, binary }) => `${binary} net of width ${width}`,
    },
    { aliases: ["sb"] },
  );
  registry.registrant = "@benn/arch-resnet";
  registry.add("resnet20", { description: "ResNet", create: () => "resnet" });
  return registry;
}

test("a thing is made by name or alias, defaults filled in", () => {
  expect(nets().create("nin")).toBe("inner net of width 1");
  expect(nets().create({ name: "sb", width: 0.5 })).toBe("inner net of width 0.5");
  expect(nets().resolve("sb")).toEqual({ name: "nin", width: 1, binary: "inner" });
});

test("a taken name throws and names both owners, for aliases too", () => {
  expect(() => nets().add("nin", { description: "", create: () => "" })).toThrow(
    'architecture "nin" is registered twice: by @benn/arch-nin and by @benn/arch-resnet. Rename one of them.',
  );
  expect(() => nets().add("sb", { description: "", create: () => "" })).toThrow('"sb" is registered twice');
});

test("an unknown name lists the known ones and the nearest", () => {
  expect(() => nets().create("resnet2")).toThrow(
    'architecture "resnet2" is unknown. Did you mean "resnet20"? Registered: nin, resnet20, sb. Is its package listed under plugins?',
  );
  expect(() => nets().create("transformer")).toThrow('architecture "transformer" is unknown. Registered: nin, resnet20, sb.');
  // Neighbours in the wrong order are one slip, as in gup for gpu.
  expect(() => nets().create("bs")).toThrow('Did you mean "sb"?');
  const many = nets();
  for (let i = 0; i < 40; i++) many.add(`preset-${i}`, { description: "", create: () => "" });
  expect(() => many.create("transformer")).toThrow('is unknown. "benn plugins" lists those that are registered. Is its package');
  const nameless = nets();
  nameless.add("", { description: "", create: () => "the nameless" });
  expect(() => nameless.create("transformer")).toThrow('architecture "transformer" is unknown.');
});

test("an unknown option names the nearest, a wrong type says what came and where", () => {
  expect(() => nets().resolve({ name: "nin", widht: 2 }, "members[1].architecture")).toThrow(
    'members[1].architecture: architecture "nin" has no option "widht". Did you mean "width"? Options: width, binary.',
  );
  expect(() => nets().resolve({ name: "nin", width: "wide" }, "architecture")).toThrow('got "wide"');
  expect(() => nets().resolve({ name: "nin", width: "wide" }, "architecture")).toThrow("architecture.width");
});

test("an option that must be given says what it is", () => {
  const datasets = new Registry<string>("dataset");
  datasets.add("folder", { description: "", options: z.object({ data: z.string().describe("folder of pictures") }), create: () => "" });
  expect(() => datasets.resolve("folder")).toThrow(
    'dataset.data: is missing; dataset "folder" needs it (folder of pictures). Write for example --set dataset.data=VALUE.',
  );
  expect(() => datasets.resolve({ name: "folder", data: 3 })).toThrow("got 3");
});

test("a label tells the options that differ from their defaults", () => {
  expect(nets().label({ name: "nin", width: 0.5, binary: "inner" })).toBe("nin width=0.5");
  expect(nets().label({ name: "resnet20" })).toBe("resnet20");
});

test("a wrong option that may be of several kinds gets them all", () => {
  const registry = new Registry<object>("thing");
  const rate = z.union([z.literal("auto"), z.int(), z.array(z.union([z.string(), z.boolean()]))]);
  registry.add("one", { description: "", options: z.object({ rate }), create: () => ({}) });
  expect(() => registry.resolve({ name: "one", rate: 1.5 }, "thing")).toThrow(
    'thing.rate: expected "auto", a whole number or a list, got 1.5. "benn plugins one" describes its options.',
  );
  expect(() => registry.resolve({ name: "one", rate: [1] }, "thing")).toThrow("thing.rate.0: expected text or true or false, got 1.");
});
