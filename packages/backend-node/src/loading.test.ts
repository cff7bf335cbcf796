import { BACKENDS, createContainer } from "@benn/core";
import { examineBackends } from "@benn/core/node";
import * as tf from "@benn/core/tensorflow";
import { beforeEach, expect, test } from "vitest";
import { project, standInProject } from "../test/project.ts";
import { BACKEND_NAME, nativeBackend } from "./native-backend.ts";

const GPU = "@tensorflow/tfjs-node-gpu";
const backendIn = (from: string, name: typeof GPU | "@tensorflow/tfjs-node" = GPU) => nativeBackend(name).create({ from });

// A separate process has loaded neither package.
beforeEach(() => {
  for (const { kernelName } of tf.getKernelsForBackend(BACKEND_NAME)) tf.unregisterKernel(kernelName, BACKEND_NAME);
  if (tf.findBackendFactory(BACKEND_NAME)) tf.removeBackend(BACKEND_NAME);
});

test("a package that brings a TensorFlow.js of its own is found out", async () => {
  const backend = backendIn(project("// registers nothing here"), "@tensorflow/tfjs-node");
  expect(await backend.probe()).toMatchObject({ ok: false, reason: /TensorFlow\.js of its own/ });
});

test("TensorFlow that opened no CUDA, and would compute on the CPU, is found out by its devices", async () => {
  const backend = backendIn(standInProject(GPU, false));
  expect(await backend.probe()).toMatchObject({ ok: false, reason: /^CPU only: .*lists no GPU/, remedy: /CUDA 11\.2.*cuDNN 8\.1/ });
  await expect(backend.activate()).rejects.toThrow(/^backend node-gpu: CPU only/);
});

test("with a GPU it is a backend", async () => {
  const backend = backendIn(standInProject(GPU, true));
  expect(await backend.probe()).toMatchObject({ ok: true, description: /tfjs-node-gpu, TensorFlow/ });
  await backend.activate();
  expect(tf.getBackend()).toBe(BACKEND_NAME);
});

test("the doctor, by whose reports auto chooses, says CPU only too", async () => {
  const container = createContainer();
  const from = standInProject(GPU, false);
  container.resolve(BACKENDS).add("node-gpu", { description: "", create: () => backendIn(from) });
  expect(await examineBackends(container)).toMatchObject([{ name: "node-gpu", ok: false, reason: /^CPU only/ }]);
});

test("of two packages in one process the second is not taken for the first", async () => {
  expect(await backendIn(standInProject("@tensorflow/tfjs-node"), "@tensorflow/tfjs-node").probe()).toMatchObject({ ok: true });
  const refusal = await backendIn(standInProject(GPU, true)).probe();
  expect(refusal).toMatchObject({ ok: false, reason: /tfjs-node-gpu is installed beside @tensorflow\/tfjs-node, which this process has/ });
});
