import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import { BACKENDS } from "../backend.ts";
import { folderBytes } from "../node/folder-bytes.ts";
import { newOut, runToy, toyConfig } from "../node/run-toy.ts";
import { RunControl } from "../run-control.ts";
import { UserError } from "../user-error.ts";
import { toyContainer } from "./toy-problem.ts";

const container = toyContainer();
const backends = container.resolve(BACKENDS);
let runs = 0;
backends.add("timed", {
  description: "",
  create: () => ({
    probe: async () => ({ ok: true, description: "" }),
    activate: async () => void (await tf.setBackend("cpu")),
    async profile(run) {
      runs += 1;
      run();
      return [{ kernel: "MatMul", part: "", calls: 2, milliseconds: 3, bound: "multiplyAdds" }];
    },
  }),
});
backends.add("no-clock", {
  description: "",
  create: () => ({
    probe: async () => ({ ok: true, description: "" }),
    activate: async () => void (await tf.setBackend("cpu")),
    profile: () => Promise.reject(new UserError("this GPU has no timestamps.")),
  }),
});

beforeAll(() => tf.setBackend("cpu"));

async function run(backend: string, isAsked: boolean) {
  const control = new RunControl();
  if (isAsked) control.profile(3);
  const { events, folder } = await runToy({ ...toyConfig, backend, members: 1 }, { container, out: await newOut(), control });
  const { "experiment.json": _, ...bytes } = await folderBytes(folder);
  return { profiles: events.filter(({ type }) => type === "profile"), bytes };
}

test("so many steps are timed, each taken once, and the run has the same bytes and the same log", async () => {
  const plain = await run("timed", false);
  expect([plain.profiles, runs]).toEqual([[], 0]);
  const timed = await run("timed", true);
  expect(runs).toBe(3);
  expect(timed.profiles).toMatchObject([{ member: 0, steps: 3, milliseconds: 3, rows: [{ kernel: "MatMul", calls: 2, milliseconds: 3 }] }]);
  expect(timed.bytes).toEqual(plain.bytes);
});

test("a backend that cannot time says why, and the run goes on to the same bytes", async () => {
  const plain = await run("timed", false);
  const without = await run("cpu", true);
  expect(without.profiles).toMatchObject([{ rows: [], refused: "this backend does not time its kernels" }]);
  const refusing = await run("no-clock", true);
  expect(refusing.profiles).toMatchObject([{ steps: 0, refused: "this GPU has no timestamps." }]);
  for (const { bytes } of [without, refusing]) expect({ ...bytes, "events.jsonl": "" }).toEqual({ ...plain.bytes, "events.jsonl": "" }); // the backend's name
});
