import { type WasmOptions, registerWasmBackend } from "@benn/backend-wasm";
import * as tf from "@benn/core/tensorflow";
import { trainingStep } from "./training-step.ts";

export interface FewSteps {
  readonly threads: number;
  readonly losses: readonly number[];
  /** SHA-256 of all weights after the last step. */
  readonly weights: string;
  readonly millisecondsPerStep: number;
}

/** Trains a narrow semi-binary NIN for a few steps and returns the results, which are the same in Node and in a browser. */
export async function fewSteps(options: WasmOptions, steps = 6): Promise<FewSteps> {
  const backend = await registerWasmBackend(options);
  await tf.setBackend("benn-wasm");
  const training = trainingStep({ net: "sb", width: 0.25, batch: 32 });
  const losses = [await training.step()];
  const start = performance.now();
  while (losses.length < steps) losses.push(await training.step());
  const millisecondsPerStep = (performance.now() - start) / (steps - 1);
  const values = training.model.weights.flatMap((weight) => [...new Uint8Array(Float32Array.from(weight.read().dataSync()).buffer)]);
  const digest = await crypto.subtle.digest("SHA-256", Uint8Array.from(values));
  const weights = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  training.dispose();
  return { threads: backend.pool.threads, losses, weights, millisecondsPerStep };
}
