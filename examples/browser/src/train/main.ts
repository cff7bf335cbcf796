import type { RunEvent } from "@benn/core";
import { element } from "../element.ts";
import { say } from "../message.ts";
import { kilobytes, margin, percent } from "../texts.ts";
import figures from "./bench-figures.json" with { type: "json" };
import { learningChart, voteChart } from "./charts.ts";
import { loadPhotos } from "./photos.ts";
import type { Photos, Recipe, TrainReply, TrainRequest } from "./train-protocol.ts";
import { after, atRest, type TrainingState } from "./training-state.ts";

const start = element("start", HTMLButtonElement);
const stop = element("stop", HTMLButtonElement);
const download = element("download", HTMLAnchorElement);
const use = element("use", HTMLAnchorElement);

let photos: Photos | undefined;
let worker: Worker | undefined;
let state: TrainingState = atRest;
let recipe: Recipe = recipeNow();
let multiplyAdds: number | undefined;
/** Requested files that have not arrived. */
let packing = 0;

function recipeNow(): Recipe {
  return {
    scheme: element("scheme", HTMLSelectElement).value as Recipe["scheme"],
    members: Number(element("members", HTMLInputElement).value),
    epochs: Number(element("epochs", HTMLInputElement).value),
    width: Number(element("width", HTMLSelectElement).value),
    seed: 0,
  };
}

function send(request: TrainRequest): void {
  worker?.postMessage(request); // oxlint-disable-line unicorn/require-post-message-target-origin -- a thread, not a window
}

function train(): void {
  if (!photos) return;
  worker?.terminate();
  recipe = recipeNow();
  state = atRest;
  packing = 0;
  worker = new Worker(new URL("train-worker.ts", import.meta.url), { type: "module" });
  worker.addEventListener("message", ({ data }: MessageEvent<TrainReply>) => {
    if (data.type === "event") hear(data.event);
    else if (data.type === "ready") ({ multiplyAdds } = data);
    else if (data.type === "packed") offer(data.bytes);
    else fail(data.message);
  });
  worker.addEventListener("error", ({ message }) => fail(message));
  start.disabled = true;
  stop.disabled = false;
  for (const link of [download, use]) link.hidden = true;
  element("status", HTMLParagraphElement).textContent = "Compiling the engine …";
  show();
  send({ type: "train", recipe, photos });
}

function hear(event: RunEvent): void {
  state = after(state, event, recipe);
  show();
  if (event.type === "staged") {
    packing += 1;
    send({ type: "pack" });
  }
  if (state.isOver) atEnd();
}

function atEnd(): void {
  start.disabled = false;
  stop.disabled = true;
}

function fail(message: string): void {
  say(message, { lasts: true });
  atEnd();
}

/** The file of what is trained so far. The link to the other page works while this one is open. */
function offer(bytes: Uint8Array): void {
  packing -= 1;
  show();
  URL.revokeObjectURL(download.href);
  const address = URL.createObjectURL(new Blob([Uint8Array.from(bytes)], { type: "application/octet-stream" }));
  download.href = address;
  download.textContent = `Download trained.benn (${kilobytes(bytes.length)})`;
  const page = new URL("./", document.baseURI);
  page.searchParams.set("model", address);
  use.href = page.href;
  for (const link of [download, use]) link.hidden = false;
}

function show(): void {
  const bar = element("progress", HTMLProgressElement);
  bar.hidden = state.isOver || !start.disabled;
  bar.value = state.progress;
  if (state.sentence !== "")
    element("status", HTMLParagraphElement).textContent = state.isOver && packing > 0 ? "Packing …" : state.sentence;
  element("learning", HTMLElement).replaceChildren(learningChart(state, recipe));
  element("votes", HTMLElement).replaceChildren(voteChart(state, recipe));
  const last = state.stages.at(-1);
  if (last && photos) {
    const singles = state.stages.map(({ single }) => single);
    const mean = singles.reduce((sum, one) => sum + one, 0) / singles.length;
    element("vote", HTMLParagraphElement).textContent =
      last.members === 1
        ? `One network alone is right on ${percent(last.vote)} (${margin(last.vote, photos.test.labels.length)}).`
        : `The vote of ${last.members} is right on ${percent(last.vote)} (${margin(last.vote, photos.test.labels.length)}); alone they are right on ${percent(mean)} on average, the best on ${percent(Math.max(...singles))}.`;
  }
  showBench();
}

/** Multiply-adds per second, so that networks of different sizes are comparable; a backward pass counts as two forward passes. */
function showBench(): void {
  const giga = (imagesPerSecond: number, each: number): string => `${((3 * each * imagesPerSecond) / 1e9).toFixed(1)} G`;
  const own = state.imagesPerSecond;
  const rows: (readonly [string, string, string])[] = figures.rows.map(({ engine, imagesPerSecond }) => [
    engine,
    String(imagesPerSecond),
    giga(imagesPerSecond, figures.multiplyAdds),
  ]);
  if (own !== undefined && multiplyAdds !== undefined)
    rows.unshift(["this browser, this net", String(Math.round(own)), giga(own, multiplyAdds)]);
  element("bench", HTMLTableSectionElement).replaceChildren(
    ...rows.map(([name, ...values]) => {
      const row = document.createElement("tr");
      row.append(Object.assign(document.createElement("th"), { scope: "row", textContent: name }));
      for (const text of values) row.append(Object.assign(document.createElement("td"), { textContent: text }));
      return row;
    }),
  );
  element("benchNote", HTMLParagraphElement).textContent =
    `The lower rows train the full-width net on ${figures.machine}; narrow nets reach fewer multiply-adds a second.`;
}

for (const id of ["members", "epochs"]) {
  const input = element(id, HTMLInputElement);
  input.addEventListener("input", () => void (element(`${id}Out`, HTMLOutputElement).value = input.value));
}
element("recipe", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  train();
});
stop.addEventListener("click", () => {
  stop.disabled = true;
  element("status", HTMLParagraphElement).textContent = "Stopping …";
  send({ type: "stop" });
});
show();
try {
  photos = await loadPhotos(new URL("./photos.webp", document.baseURI).href);
  start.disabled = false;
} catch (error) {
  say(error instanceof Error ? error.message : String(error), { lasts: true });
}
