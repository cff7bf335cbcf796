// All computation, in a separate thread: the page stays responsive while members run.
import { load, type PackedModel } from "@benn/packed";
import { openTestResults, openTrust, type Trust } from "@benn/packed/trust";
import type { Answer, Question, Reply, Request } from "./protocol.ts";

let model: PackedModel | undefined;
let trust: Trust | undefined;

const reply = (message: Reply): void => self.postMessage(message); // oxlint-disable-line unicorn/require-post-message-target-origin -- from a thread, not a window

async function open(bytes: ArrayBuffer): Promise<void> {
  const opened = await load(bytes);
  const worth = openTrust(opened);
  const testResults = openTestResults(opened);
  opened.predict(new Uint8Array(opened.shape.reduce((product, side) => product * side, 1))); // compiles before the first picture is timed
  // Only now: if a file is damaged, the previous model stays in use.
  [model, trust] = [opened, worth];
  const { shape, labels, voter, members } = opened;
  const facts = { shape, labels, voter, members, bytes: bytes.byteLength, hasLead: worth?.hasLead ?? false, testResults };
  reply({ type: "model", facts });
}

function answer({ image, voter, members, anytime }: Question): Answer {
  if (!model) throw new Error("no model is loaded");
  const start = performance.now();
  const byLead = anytime && voter === "soft" && model.voter === "soft" && members === model.members.length;
  const prediction = byLead && trust?.hasLead ? trust.predictAnytime(image) : model.predict(image, { voter, anytime, members });
  const milliseconds = performance.now() - start;
  const agreement = prediction.votes.filter((vote) => vote.class === prediction.class).length / prediction.ran;
  return { prediction: trust?.judge(prediction) ?? { ...prediction, agreement }, votes: [...model.votes(image)], milliseconds };
}

/** The median of many predictions of one image. */
function time({ image, members, rounds }: Extract<Request, { type: "time" }>): void {
  if (!model) throw new Error("no model is loaded");
  const took: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    model.predict(image, { members });
    took.push(performance.now() - start);
    if (round % 10 === 9) reply({ type: "timing", done: round + 1, rounds });
  }
  const median = took.toSorted((a, b) => a - b)[rounds >> 1] ?? Number.NaN;
  reply({ type: "timed", milliseconds: median, perSecond: (1000 * rounds) / took.reduce((sum, one) => sum + one, 0) });
}

self.addEventListener("message", ({ data }: MessageEvent<Request>) => {
  void (async () => {
    try {
      if (data.type === "load") await open(data.bytes);
      else if (data.type === "classify") reply({ type: "answer", id: data.id, answer: answer(data.question) });
      else time(data);
    } catch (error) {
      reply({ type: "failed", what: data.type, message: error instanceof Error ? error.message : String(error) });
    }
  })();
});
