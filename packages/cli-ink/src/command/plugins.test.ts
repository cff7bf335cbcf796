import { createContainer, KEY_MAPS, SCHEMES, VOTERS, z } from "@benn/core";
import { DEFAULTS } from "@benn/core/node";
import { expect, test } from "vitest";
import { detailLines, named, pluginLines } from "./plugins.ts";
import { registeredNames } from "./registered-names.ts";
import { configJsonSchema } from "./schema.ts";

const container = createContainer({ defaults: { scheme: { name: "small", rows: 1 } } });
const names = (() => {
  const schemes = container.resolve(SCHEMES);
  schemes.registrant = "@benn/small";
  const unused = () => {
    throw new Error("made although only listed");
  };
  schemes.add(
    "small",
    {
      description: "a small scheme",
      options: z.object({
        rate: z.number().default(0.5).describe("how far weights move"),
        rule: z.enum(["log", "half"]).default("log"),
        rows: z.int(),
        turn: z.union([z.boolean(), z.literal("often")]).default(false),
      }),
      create: unused,
    },
    { aliases: ["tiny"] },
  );
  container.resolve(VOTERS).add("loud", { description: "the loudest wins", create: unused });
  container.resolve(KEY_MAPS).add("theirs", { description: "of a net of theirs", create: unused });
  return registeredNames(container);
})();

test("every name stands under its contract with its aliases, in lines of the width that is asked for", () => {
  expect(
    pluginLines(
      names.filter(({ key }) => ["scheme", "voter", "keyMaps"].includes(key)),
      80,
    ),
  ).toEqual([
    'ensemble scheme (key "scheme")',
    "  small, tiny  a small scheme",
    "",
    'voter (key "voter")',
    "  loud  the loudest wins",
    "",
    "key map",
    "  theirs  of a net of theirs",
    "",
    'Options and defaults of one: "benn plugins NAME".',
  ]);
  for (const line of pluginLines(names, 50)) expect(line.length).toBeLessThanOrEqual(50);
});

test("of a name that is asked for, what brings it, and its options with their defaults", () => {
  expect(named(names, ["tiny", "loud"]).flatMap((entry) => detailLines(entry, 60))).toEqual([
    "small, tiny  a small scheme",
    '  ensemble scheme (key "scheme") of @benn/small',
    "  rate  number = 0.5: how far weights move",
    '  rule  log|half = "log"',
    "  rows  integer",
    "  turn  boolean|often = false",
    "",
    "loud  the loudest wins",
    '  voter (key "voter") of the application',
    "  without options",
    "",
  ]);
  expect(() => named(names, ["smal"])).toThrow('plugins: nothing is registered as "smal". Did you mean "small"?');
});

test("what core brings is core's", () => {
  expect(named(names, ["adam"]).flatMap((entry) => detailLines(entry))).toContainEqual(expect.stringMatching(/ of @benn\/core$/));
});

test("in the JSON schema a key takes the names that are registered, or an object with the options of one", () => {
  const schema = configJsonSchema(names, container.resolve(DEFAULTS)) as {
    properties: Record<string, { default?: unknown }>;
    required: string[];
    $defs: Record<string, { anyOf: unknown[] }>;
    additionalProperties: boolean;
  };
  expect(schema.additionalProperties).toBe(false);
  expect(schema.properties["$schema"]).toEqual({ type: "string" });
  expect(schema.properties["scheme"]).toMatchObject({ $ref: "#/$defs/scheme", default: { name: "small", rows: 1 } });
  expect(schema.properties["epochs"]).toMatchObject({ type: "integer", minimum: 1, default: 20 });
  expect(schema.$defs["scheme"]?.anyOf).toEqual([
    { enum: ["small", "tiny"] },
    expect.objectContaining({
      required: ["name", "rows"],
      additionalProperties: false,
      properties: expect.objectContaining({
        name: { enum: ["small", "tiny"] },
        rate: expect.objectContaining({ default: 0.5 }),
      }) as unknown,
    }),
  ]);
  expect(JSON.stringify(schema.properties["members"])).not.toContain("#/$defs/architecture"); // none is registered here
  expect(JSON.stringify(schema)).not.toContain("keyMaps"); // not of the configuration
});

test("in the JSON schema a key that names a list takes one or several, and what has a default is not required", () => {
  const { properties, required, $defs } = configJsonSchema(names, container.resolve(DEFAULTS)) as {
    properties: Record<string, unknown>;
    required: string[];
    $defs: Record<string, unknown>;
  };
  const one = { $ref: "#/$defs/metrics" };
  expect(properties["metrics"]).toMatchObject({ anyOf: [one, { type: "array", items: one }], default: ["accuracy", "top5", "loss"] });
  expect($defs).toHaveProperty("metrics");
  expect(required).toContain("voter");
  for (const key of ["scheme", "metrics", "optimizer", "epochs"]) expect(required).not.toContain(key);
});
