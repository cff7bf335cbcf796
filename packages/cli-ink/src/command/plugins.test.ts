import { createContainer, SCHEMES, VOTERS, z } from "@benn/core";
import { expect, test } from "vitest";
import { pluginLines } from "./plugins.ts";
import { registeredNames } from "./registries.ts";
import { configJsonSchema } from "./schema.ts";

function names() {
  const container = createContainer();
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
      }),
      create: unused,
    },
    { aliases: ["tiny"] },
  );
  container.resolve(VOTERS).add("loud", { description: "the loudest wins", create: unused });
  return registeredNames(container);
}

test("every name stands under its contract with its aliases, its plugin, and its options and their defaults", () => {
  expect(pluginLines(names())).toEqual([
    'ensemble scheme (key "scheme")',
    "  small, tiny  a small scheme  @benn/small",
    "      rate  number = 0.5      how far weights move",
    '      rule  log|half = "log"',
    "      rows  integer",
    "",
    'voter (key "voter")',
    "  loud  the loudest wins  the application",
  ]);
});

test("in the JSON schema a key takes the names that are registered, or an object with the options of one", () => {
  const schema = configJsonSchema(names()) as {
    properties: Record<string, unknown>;
    $defs: Record<string, { anyOf: unknown[] }>;
    additionalProperties: boolean;
  };
  expect(schema.additionalProperties).toBe(false);
  expect(schema.properties["$schema"]).toEqual({ type: "string" });
  expect(schema.properties["scheme"]).toEqual({ $ref: "#/$defs/scheme" });
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
});
