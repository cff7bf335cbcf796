import type { VoteName } from "@benn/packed";
import { markOld, showAnswer } from "./answer.ts";
import { showBits } from "./bits-table.ts";
import { element } from "./element.ts";
import { offerCopy, showEmbed } from "./embed.ts";
import { Engine } from "./engine.ts";
import { fetchModel } from "./fetch-model.ts";
import { GpuComparison } from "./gpu.ts";
import { showHeadline } from "./headline.ts";
import { seatJury, showJury } from "./jury.ts";
import { say } from "./message.ts";
import { samplesFor } from "./page-of-model.ts";
import { offerPictures, showSamples, type Taken } from "./pictures.ts";
import { drawMiddle } from "./pixels.ts";
import type { ModelFacts, Question } from "./protocol.ts";
import { kilobytes, milliseconds, percent } from "./texts.ts";

const SAMPLES = ["ship", "automobile", "bird", "cat", "deer", "frog", "horse", "airplane"];
const ROUNDS = 300;

/** The page's own model, or the one in its URL: `?model=https://…`. */
const asked = new URL(document.location.href).searchParams.get("model");
const MODEL = new URL(asked ?? "./model.benn", document.baseURI).href;

let facts: ModelFacts | undefined;
let picture: Taken | undefined;
/** Time for the last picture on which all members voted. */
let took: number | undefined;

const voterChoice = element("voter", HTMLSelectElement);
const anytime = element("anytime", HTMLInputElement);
const slider = element("members", HTMLInputElement);
const measure = element("measure", HTMLButtonElement);

const gpu = new GpuComparison();
const engine = new Engine({
  model: showModel,
  answer(answer, question) {
    if (!facts) return;
    const isLatest = question.image === picture?.pixels;
    if (question.members === facts.members.length && !question.anytime) took = answer.milliseconds;
    showHeadline(facts, took);
    showStage(answer.milliseconds, question);
    showJury(answer, facts.labels);
    showAnswer(answer, facts.labels, isLatest ? picture?.label : undefined);
    if (!isLatest) markOld();
    gpu.compare(question.image, question.voter);
  },
  timing: (done, rounds) => {
    const bar = element("measuring", HTMLProgressElement);
    bar.max = rounds;
    bar.value = done;
  },
  timed({ milliseconds: each, perSecond }) {
    element("measuring", HTMLProgressElement).hidden = true;
    measure.disabled = false;
    const members = Number(slider.value);
    element("measured", HTMLParagraphElement).textContent =
      `${milliseconds(each)} a picture with ${members} ${members === 1 ? "member" : "members"} (median of ${ROUNDS}), ` +
      `${Math.round(perSecond).toLocaleString("en")} pictures a second on one core.`;
  },
  failed(message, what) {
    say(message, { lasts: what === "load" });
    element("measuring", HTMLProgressElement).hidden = true;
    measure.disabled = facts === undefined;
  },
});

function showModel(next: ModelFacts): void {
  facts = next;
  took = undefined;
  say("");
  voterChoice.value = next.voter;
  slider.max = String(next.members.length);
  slider.value = slider.max;
  slider.disabled = next.members.length === 1;
  measure.disabled = false;
  element("measured", HTMLParagraphElement).textContent = "";
  seatJury(next);
  showHeadline(next);
  showBits(next);
  showEmbed(next, asked);
  const samples = samplesFor(next.labels, SAMPLES);
  showSamples(samples);
  if (picture) use({ pixels: picture.pixels }); // the classes have changed: its label may not exist any more
  else element("samples", HTMLDivElement).querySelector("button")?.click();
}

function use(next: Taken): void {
  picture = next;
  if (!facts) return;
  drawMiddle(next.pixels, facts.shape, element("picture", HTMLCanvasElement));
  classify();
}

function classify(): void {
  if (!picture || !facts) return;
  const voter = voterChoice.value as VoteName;
  const members = Number(slider.value);
  const reason = reasonAgainstAnytime(facts, voter, members);
  anytime.disabled = reason !== undefined;
  element("anytimeReason", HTMLParagraphElement).textContent = reason ?? "";
  markOld();
  engine.classify({ image: picture.pixels, voter, members, anytime: anytime.checked && !anytime.disabled });
}

/** A sentence that says why a vote cannot stop early. */
function reasonAgainstAnytime({ voter: own, hasLead, members }: ModelFacts, voter: VoteName, asks: number): string | undefined {
  if (voter !== "soft") return undefined;
  if (!hasLead || own !== "soft")
    return "A sum of logits has no bound to stop at, and this file no calibrated lead. Vote by mean probability or majority.";
  return asks < members.length ? "The lead at which a sum of logits may stop was calibrated with all members." : undefined;
}

/** What the slider shows: number of members, their accuracy, their time. */
function showStage(spent: number, { members, anytime: stops }: Question): void {
  const all = facts?.members.length ?? 0;
  element("membersLabel", HTMLSpanElement).textContent =
    members === all
      ? all === 1
        ? "One member votes"
        : `All ${all} members vote`
      : `The first ${members} of ${all} members ${members === 1 ? "votes" : "vote"}`;
  const right = voterChoice.value === facts?.voter ? facts.testResults?.votes[members - 1] : undefined;
  const known = right === undefined ? "" : `right on ${percent(right)} of the test pictures, `;
  element("stage", HTMLParagraphElement).textContent =
    `${known}${milliseconds(spent)} for this picture${stops ? ", stopped when decided" : ""}`;
}

function load(bytes: ArrayBuffer): void {
  engine.load(bytes);
  gpu.load(bytes);
}

offerPictures({
  use,
  useModel: (file) => void file.arrayBuffer().then(load, () => say(`${file.name} cannot be read.`)),
  fail: (sentence) => say(sentence),
  // A screen reader that announced every picture of a camera could say nothing else.
  streams: (on) => element("answer", HTMLDivElement).setAttribute("aria-live", on ? "off" : "polite"),
});
offerCopy();
for (const control of [voterChoice, anytime]) control.addEventListener("change", classify);
slider.addEventListener("input", classify);
measure.addEventListener("click", () => {
  if (!picture) return;
  measure.disabled = true;
  element("measuring", HTMLProgressElement).hidden = false;
  element("measuring", HTMLProgressElement).value = 0;
  engine.time(picture.pixels, Number(slider.value), ROUNDS);
});
fetchModel(MODEL, (loaded, total) =>
  say(`Loading the networks: ${kilobytes(loaded)}${total === undefined ? "" : ` of ${kilobytes(total)}`}`, { lasts: true }),
).then(load, (error: unknown) => say(error instanceof Error ? error.message : String(error), { lasts: true }));
// Built files are in assets/; in development nothing is cached.
if ("serviceWorker" in navigator && import.meta.url.includes("/assets/")) {
  window.addEventListener("load", () => void navigator.serviceWorker.register("./service-worker.js").catch(() => {})); // not available over http
}
