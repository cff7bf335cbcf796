import { UserError } from "@benn/core";
import { OutOfMemoryError } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import { expect, test } from "vitest";
import { create } from "../test/use-software-gpu.ts";
import { findGpu, lacksLibrary, NoGpu } from "./find-gpu.ts";
import type { GuardedBackend } from "./guarded-backend.ts";
import { BACKEND_NAME, registerWebgpuBackend } from "./register.ts";

/** TensorFlow.js computes fewer than 1000 values on the CPU, whatever the backend. */
const ON_GPU = 2000;

test("where Dawn is not installed, or does not load, it says which package and what to do", async () => {
  const missing = Object.assign(new Error("Cannot find package 'webgpu'"), { code: "ERR_MODULE_NOT_FOUND" });
  await expect(findGpu({ importDawn: () => Promise.reject(missing) })).rejects.toThrow(
    'backend webgpu: the package "webgpu" (Dawn, about 130 MB) is not installed. npm install webgpu',
  );
  const broken = findGpu({ importDawn: () => Promise.reject(new Error("GLIBCXX_3.4.32 not found\nsomewhere")) });
  await expect(broken).rejects.toThrow(/does not load on .*: GLIBCXX_3\.4\.32 not found\. It has binaries for Linux/);
  await expect(broken).rejects.toBeInstanceOf(NoGpu);
});

test("whether a library is installed is found out without loading what needs it", () => {
  expect(lacksLibrary("libnobody-has-this.so.1")).toBe(true);
  expect(lacksLibrary("libc.so.6")).toBe(false); // there, though no module of Node's
  expect(lacksLibrary()).toBe(false); // the software GPU brings it
});

test("a tensor larger than the GPU takes is an OutOfMemoryError, and the GPU stays usable", async () => {
  await create().activate();
  expect(() => tf.tidy(() => tf.tile(tf.ones([1, ON_GPU]), [2 ** 20, 1]))).toThrow(OutOfMemoryError);
  expect(await tf.tidy(() => tf.add(1, 2)).data()).toEqual(Float32Array.of(3));
});

test("dataSync is refused with what to use instead", async () => {
  await create().activate();
  const sum = tf.tidy(() => tf.add(tf.ones([ON_GPU]), 1));
  expect(() => sum.dataSync()).toThrow("await tensor.data()");
  sum.dispose();
});

test("a lost GPU ends reads and programs with a UserError, and the next activation takes a new one", async () => {
  await create().activate();
  const lost = tf.findBackend(BACKEND_NAME) as GuardedBackend;
  const [x, y] = tf.tidy(() => [tf.add(tf.ones([ON_GPU]), 1), tf.mul(tf.ones([ON_GPU]), 2)] as const);
  lost.device.destroy();
  await expect(x.data()).rejects.toThrow(UserError);
  await expect(y.data()).rejects.toThrow(/the GPU was lost.*resume from the last checkpoint/);
  expect(() => tf.add(x, y)).toThrow(UserError);
  expect(await registerWebgpuBackend()).not.toBe(lost);
  await create().activate();
  expect(await tf.tidy(() => tf.add(tf.ones([ON_GPU]), 2)).data()).toEqual(new Float32Array(ON_GPU).fill(3));
});
