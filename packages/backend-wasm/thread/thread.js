// A worker thread of the engine: waits in the shared memory for chunks of a kernel's work, runs them, and reports completion there. Plain
// JavaScript next to both src and dist, so that the same file serves sources, package and bundlers. src/thread-pool.ts, the other end,
// defines the memory layout.

const [TICKETS, DONE, FAILED] = [0, 16, 32];
/** Polls this often before it sleeps, a third of a millisecond: within a training step the next kernel follows sooner. */
const SPINS = 16_000;

/** @param {{ memory: WebAssembly.Memory, module: WebAssembly.Module, control: number }} given */
function serve({ memory, module, control }) {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const kernels = Object.keys(exports)
    .toSorted()
    .map((name) => /** @type {Function} */ (exports[name]));
  const words = new Int32Array(memory.buffer, control, 64);
  const numbers = new Float64Array(memory.buffer, control + 256, 64);
  const pause = Atomics.pause ?? (() => {});
  return (/** @type {number} */ thread) => {
    for (let spins = 0; ;) {
      const left = Atomics.load(words, TICKETS);
      if (left < 0) return; // the pool is closed
      if (left === 0) {
        if (++spins < SPINS) pause();
        else Atomics.wait(words, TICKETS, 0);
        continue;
      }
      // Taking a ticket means owning one chunk of the running kernel, which cannot end before that chunk does.
      if (Atomics.compareExchange(words, TICKETS, left, left - 1) !== left) continue;
      spins = 0;
      const [kernel, total, grain, chunks, scratch, stride, count] = numbers;
      const from = (chunks - left) * grain;
      try {
        kernels[kernel](from, Math.min(from + grain, total), scratch + thread * stride, ...numbers.subarray(8, 8 + count));
      } catch {
        Atomics.store(words, FAILED, 1);
      }
      Atomics.add(words, DONE, 1);
      Atomics.notify(words, DONE);
    }
  };
}

if (typeof WorkerGlobalScope === "undefined") {
  const { parentPort, workerData } = process.getBuiltinModule("node:worker_threads");
  const run = serve(workerData);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- to a thread, not a window
  parentPort.postMessage("ready");
  run(workerData.thread);
} else {
  self.addEventListener("message", ({ data }) => {
    const run = serve(data);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- to a thread, not a window
    self.postMessage("ready");
    run(data.thread);
    self.close();
  });
}
