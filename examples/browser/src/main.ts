import { type ImageInput, load, type PackedModel, PackedError, type VoteName } from "@benn/packed";
import { loadOnGpu } from "@benn/packed/webgpu";
import { element } from "./element.ts";
import { classesInWords, samplesFor } from "./page-of-model.ts";
import { offerPictures } from "./pictures.ts";
import { showAnswer, showFacts, showMembers, showVote } from "./votes.ts";

const MODEL = new URL("./model.benn", document.baseURI);
const SAMPLES = ["ship", "automobile", "bird", "cat", "deer", "frog", "horse", "airplane"];

const loading = element("loading", HTMLParagraphElement);
const say = (sentence: string): void => void (loading.textContent = sentence);
const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(0)} kB`;

async function start(): Promise<void> {
  let loaded = 0;
  const model = await load(MODEL, {
    onProgress: (progress) => {
      loaded = progress.loaded;
      say(`Loading the ensemble: ${kilobytes(progress.loaded)}${progress.total === undefined ? "" : ` of ${kilobytes(progress.total)}`}`);
    },
  });
  say(`${model.members.length} binary networks in ${kilobytes(loaded)}.`);
  showMembers(model.members);
  element("classes", HTMLSpanElement).textContent = classesInWords(model.labels);
  const facts: Record<string, string> = {
    "File loaded": kilobytes(loaded),
    Members: String(model.members.length),
    Popcount: model.kernel,
    WebAssembly: "–",
    WebGPU: "–",
  };
  showFacts(facts);
  const gpu = loadOnGpu(MODEL, { batch: 1 }).catch((error: unknown) => String(error)); // beside the rest, which need not wait for it

  let picture: ImageInput | undefined;
  let busy = false;
  let again = false;
  /** Classifies the newest picture; those that come meanwhile are skipped but for the last. */
  const classify = async (): Promise<void> => {
    if (!picture) return;
    again = busy;
    if (busy) return;
    busy = true;
    const voter = element("voter", HTMLSelectElement).value as VoteName;
    const anytime = element("anytime", HTMLInputElement).checked;
    const image = picture;
    for (const vote of model.votes(image)) {
      showVote(vote, model.labels);
      await new Promise((resolve) => setTimeout(resolve)); // so that the page is drawn in between
    }
    const start = performance.now();
    const prediction = model.predict(image, { voter, anytime });
    facts["WebAssembly"] = `${(performance.now() - start).toFixed(1)} ms, ${prediction.ran} of ${prediction.members} members`;
    showAnswer(prediction, model.labels);
    showFacts(facts);
    facts["WebGPU"] = await byGpu(image, voter, prediction.label);
    showFacts(facts);
    busy = false;
    if (again) void classify();
  };
  const byGpu = async (image: ImageInput, voter: VoteName, label: string): Promise<string> => {
    const other = await gpu;
    if (typeof other === "string") return other;
    if (other.engine === "wasm") return other.reason;
    const start = performance.now();
    const [own] = await other.predict([image], { voter });
    return `${(performance.now() - start).toFixed(1)} ms, ${own?.label === label ? "the same class" : `says ${own?.label}`}`;
  };
  const use = (next: ImageData): void => {
    picture = next;
    draw(next, model);
    void classify();
  };
  const samples = samplesFor(model.labels, SAMPLES);
  element("orSample", HTMLSpanElement).hidden = samples.length === 0;
  offerPictures(samples, use, say);
  for (const id of ["voter", "anytime"]) element(id, HTMLElement).addEventListener("change", () => void classify());
  element("samples", HTMLDivElement).querySelector("button")?.click();
}

/** The picture's middle as the networks get it, enlarged. */
function draw({ data, width, height }: ImageData, { shape: [rows, columns] }: PackedModel): void {
  const canvas = element("picture", HTMLCanvasElement);
  const scale = Math.min(width / columns, height / rows);
  const source = new OffscreenCanvas(width, height);
  source.getContext("2d")?.putImageData(new ImageData(new Uint8ClampedArray(data), width, height), 0, 0);
  const [cutWidth, cutHeight] = [columns * scale, rows * scale];
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  if (!context) return;
  context.imageSmoothingQuality = "high";
  context.drawImage(source, (width - cutWidth) / 2, (height - cutHeight) / 2, cutWidth, cutHeight, 0, 0, columns, rows);
}

try {
  await start();
} catch (error) {
  say(error instanceof PackedError ? error.message : `This page failed: ${String(error)}`);
  throw error;
}
