import { expect, test } from "vitest";
import { z } from "zod";
import type { Backend, Machine, Share } from "../backend.ts";
import { expectShare } from "./expect-share.ts";

const definition = { options: z.object({ threads: z.int().min(1).max(256), card: z.string().optional() }) };
const backend = (share?: (machine: Machine) => Share) => (): Backend => ({
  probe: async () => ({ ok: true, description: "" }),
  activate: async () => {},
  ...(share && { share }),
});
const inCores = ({ cores }: Machine): Share => ({
  lanes: cores,
  options: (_, lanes) => ({ threads: Math.max(1, Math.floor(cores / lanes)) }),
});

test.for<[string, () => Backend]>([
  ["does not share", backend()],
  ["shares its cores", backend(inCores)],
  ["has an option for some lanes", backend(() => ({ lanes: 2, options: (lane) => (lane === 0 ? {} : { card: "b" }) }))],
])("a backend that %s passes", ([, create]) => {
  expect(() => expectShare(create, definition)).not.toThrow();
});

let calls = 0;

test.for<[string, (machine: Machine) => Share, RegExp]>([
  [
    "has no lane where memory is short",
    ({ memoryBytes, stepBytes }) => ({ ...inCores({ cores: 1, memoryBytes, stepBytes }), lanes: memoryBytes < stepBytes ? 0 : 1 }),
    /at least 1/,
  ],
  ["has half a lane", (machine) => ({ ...inCores(machine), lanes: machine.cores / 4 }), /whole number/],
  [
    "has lanes without end where a step takes nothing",
    (machine) => ({ ...inCores(machine), lanes: machine.memoryBytes / machine.stepBytes }),
    /whole number|finite/,
  ],
  ["has other lanes each time", (machine) => ({ ...inCores(machine), lanes: 1 + (calls++ % 7) }), /lanes of the same machine/],
  ["has an option that its definition has not", () => ({ lanes: 1, options: () => ({ cores: 1 }) }), /by the definition's schema/],
  [
    "has no thread for some lanes",
    ({ cores }) => ({ lanes: cores, options: (_, lanes) => ({ threads: Math.floor(cores / lanes) }) }),
    /by the definition's schema/,
  ],
  ["has other options each time", () => ({ lanes: 1, options: () => ({ threads: 1 + (calls++ % 7) }) }), /same lane/],
])("a backend that %s fails", ([, share, says]) => {
  expect(() => expectShare(backend(share), definition)).toThrow(says);
});
