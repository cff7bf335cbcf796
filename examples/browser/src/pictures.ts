import { offerCamera } from "./camera.ts";
import { element } from "./element.ts";
import { pixelsOf } from "./pixels.ts";

export interface Taken {
  readonly pixels: ImageData;
  /** The true class, if known. */
  readonly label?: string;
}

export interface PictureUser {
  use(picture: Taken): void;
  /** A .benn file that was chosen or dropped. */
  useModel(file: File): void;
  /** Called with a sentence if a picture cannot be read. */
  fail(sentence: string): void;
  /** Whether pictures arrive continuously. */
  streams(on: boolean): void;
}

async function decodePicture(file: Blob): Promise<ImageData> {
  const bitmap = await createImageBitmap(file);
  try {
    return pixelsOf(bitmap, bitmap.width, bitmap.height);
  } finally {
    bitmap.close();
  }
}

/** Lets the visitor choose, drop, paste or take a picture, or pick a sample; any of them stops the camera. */
export function offerPictures(user: PictureUser): void {
  const camera = offerCamera({
    use: (pixels) => user.use({ pixels }),
    fail: (sentence) => user.fail(sentence),
    streams: (on) => user.streams(on),
  });
  const take = async (blob: Blob | null | undefined, label?: string): Promise<void> => {
    if (!blob) return;
    if (blob instanceof File && blob.name.endsWith(".benn")) return user.useModel(blob);
    camera.stop();
    try {
      user.use({ pixels: await decodePicture(blob), ...(label === undefined ? {} : { label }) });
    } catch {
      user.fail("That is not a picture that this browser can read.");
    }
  };
  for (const id of ["file", "modelFile"]) {
    const input = element(id, HTMLInputElement);
    input.addEventListener("change", () => {
      void take(input.files?.[0]);
      input.value = ""; // so that the same file can be chosen again
    });
  }
  document.addEventListener("paste", (event) => {
    const [file] = event.clipboardData?.files ?? [];
    if (file) {
      event.preventDefault();
      void take(file);
    }
  });
  offerDrop((file) => void take(file));
  element("samples", HTMLDivElement).addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    const image = button?.querySelector("img");
    if (!button || !image) return;
    void fetch(image.src)
      .then((response) => response.blob())
      .then((blob) => take(blob, button.dataset["label"]))
      .catch(() => user.fail("That sample cannot be loaded."));
  });
}

/** Anywhere on the page: dropping a picture next to the card must not make the browser leave the page. */
function offerDrop(take: (file: File | undefined) => void): void {
  const drop = element("drop", HTMLElement);
  let depth = 0;
  const show = (): void => void drop.classList.toggle("over", depth > 0);
  document.addEventListener("dragenter", (event) => {
    event.preventDefault();
    depth += 1;
    show();
  });
  document.addEventListener("dragleave", () => {
    depth -= 1;
    show();
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    depth = 0;
    show();
    take(event.dataTransfer?.files[0]);
  });
}

/** A button for each sample, with what it is. */
export function showSamples(samples: readonly string[]): void {
  element("samplesBlock", HTMLDivElement).hidden = samples.length === 0;
  element("samples", HTMLDivElement).replaceChildren(
    ...samples.map((name) => {
      const button = Object.assign(document.createElement("button"), { type: "button" });
      button.dataset["label"] = name;
      const image = Object.assign(document.createElement("img"), { src: `./samples/${name}.png`, alt: "", width: 32, height: 32 });
      button.append(image, Object.assign(document.createElement("span"), { textContent: name }));
      return button;
    }),
  );
}
