import { element } from "./element.ts";

/** Longer sides are shrunk first: a model looks at 32×32, and a photograph has millions of pixels. */
const MOST = 256;

/** Reads the pixels of anything that can be drawn. */
function pixelsOf(source: CanvasImageSource, width: number, height: number): ImageData {
  const scale = Math.min(1, MOST / Math.min(width, height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("this browser cannot draw");
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

export async function decodePicture(file: Blob): Promise<ImageData> {
  const bitmap = await createImageBitmap(file);
  try {
    return pixelsOf(bitmap, bitmap.width, bitmap.height);
  } finally {
    bitmap.close();
  }
}

/**
 * Lets the visitor pick, drop, take with the camera, or choose from the samples.
 * @param use gets each picture
 * @param fail gets a sentence when one cannot be had
 */
export function offerPictures(samples: readonly string[], use: (picture: ImageData) => void, fail: (sentence: string) => void): void {
  const take = async (blob: Blob | null | undefined): Promise<void> => {
    if (!blob) return;
    try {
      use(await decodePicture(blob));
    } catch {
      fail("That is not a picture this browser can read.");
    }
  };
  const file = element("file", HTMLInputElement);
  file.addEventListener("change", () => void take(file.files?.[0]));
  const drop = element("drop", HTMLElement);
  const over = (is: boolean) => (event: DragEvent) => {
    event.preventDefault();
    drop.classList.toggle("over", is);
  };
  drop.addEventListener("dragover", over(true));
  drop.addEventListener("dragleave", over(false));
  drop.addEventListener("drop", (event) => {
    over(false)(event);
    void take(event.dataTransfer?.files[0]);
  });
  for (const name of samples) {
    const button = document.createElement("button");
    button.type = "button";
    const image = document.createElement("img");
    image.src = `./samples/${name}.png`;
    image.alt = `A sample: ${name}`;
    button.append(image);
    button.addEventListener(
      "click",
      () =>
        void fetch(image.src)
          .then((response) => response.blob())
          .then(take),
    );
    element("samples", HTMLDivElement).append(button);
  }
  offerCamera(use, fail);
}

/** A picture a frame, as fast as the page can use them. */
function offerCamera(use: (picture: ImageData) => void, fail: (sentence: string) => void): void {
  const button = element("camera", HTMLButtonElement);
  const video = element("video", HTMLVideoElement);
  let stream: MediaStream | undefined;
  const stop = (): void => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = undefined;
    button.setAttribute("aria-pressed", "false");
  };
  const frame = (): void => {
    if (!stream) return;
    if (video.videoWidth > 0) use(pixelsOf(video, video.videoWidth, video.videoHeight));
    setTimeout(() => requestAnimationFrame(frame), 100);
  };
  const start = async (): Promise<void> => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.srcObject = stream;
      await video.play();
      button.setAttribute("aria-pressed", "true");
      frame();
    } catch {
      stop();
      fail("There is no camera, or this page may not use it.");
    }
  };
  button.addEventListener("click", () => (stream ? stop() : void start()));
}
