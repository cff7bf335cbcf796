import { element } from "./element.ts";
import { pixelsOf } from "./pixels.ts";

interface CameraUser {
  use(picture: ImageData): void;
  fail(sentence: string): void;
  /** Called when its pictures start and stop. */
  streams(on: boolean): void;
}

/** Takes a picture every tenth of a second, until it is stopped. */
export function offerCamera({ use, fail, streams }: CameraUser): { stop(): void } {
  const button = element("camera", HTMLButtonElement);
  const video = element("video", HTMLVideoElement);
  let stream: MediaStream | undefined;
  const show = (on: boolean): void => {
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? "Stop the camera" : "Use the camera";
    streams(on);
  };
  const stop = (): void => {
    if (!stream) return;
    for (const track of stream.getTracks()) track.stop();
    stream = undefined;
    show(false);
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
      show(true);
      frame();
    } catch {
      stop();
      fail("There is no camera, or this page may not use it.");
    }
  };
  button.addEventListener("click", () => (stream ? stop() : void start()));
  return { stop };
}
