// Many workers that sleep in place of training, on a real server: what a queue carries is real, and only the work is left out.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { LaneListener, MemberLane } from "@benn/core/node";
import { connect, queueExecutor, startWorker } from "@benn/queue";
import { count, factor } from "./option-values.ts";
import { startRedis } from "./redis-process.ts";
import type { Subject } from "./subject.ts";

export interface QueueSimulation {
  readonly workers: number;
  /** Members that they train. */
  readonly members: number;
  /** That one takes. */
  readonly seconds: number;
  readonly epochs: number;
  /** Weights of a member. Its checkpoint has four times as many, in the shared folder. */
  readonly parameters: number;
  /** Seconds after which a job of a worker that is not heard of goes to another. */
  readonly lock: number;
}

export interface QueueLoad {
  readonly seconds: number;
  /** Members that were taken over, though no worker was lost. */
  readonly retaken: number;
  readonly events: { readonly said: number; readonly heard: number };
  readonly done: number;
  /** Of the server, in the time in which members trained. */
  readonly server: {
    readonly cpuSeconds: number;
    readonly commands: number;
    readonly bytesIn: number;
    readonly bytesOut: number;
    readonly memoryBytes: number;
    readonly connections: number;
  };
}

/** Events of a member, an epoch: those of a run's log. */
const STEPS = 20;

export async function simulateQueue({ workers, members, seconds, epochs, parameters, lock }: QueueSimulation): Promise<QueueLoad> {
  const store = await mkdtemp(join(tmpdir(), "benn-simulation-"));
  const redis = await startRedis();
  const reader = connect({ url: redis.url }, () => {});
  const weights = new Map([["weights", { shape: [parameters], values: new Float32Array(parameters) }]]);
  const className = "sleeping";
  const started: Awaited<ReturnType<typeof startWorker>>[] = [];
  try {
    for (let first = 0; first < workers; first += 50) {
      const some = Array.from({ length: Math.min(50, workers - first) }, (_, nth) =>
        startWorker({
          url: redis.url,
          store,
          className,
          name: `sleeper-${first + nth}`,
          lockSeconds: lock,
          localize: (config) => config,
          openLane: (_plan, listener) => sleepingLane(listener, { seconds, epochs, weights }),
          openRun: () => {
            throw new Error("the simulation has members alone");
          },
        }),
      );
      started.push(...(await Promise.all(some)));
    }
    const before = await serverLoad();
    const began = performance.now();
    let retaken = 0;
    const heard = { events: 0, done: 0 };
    const lanes = await queueExecutor({
      url: redis.url,
      store,
      checkpointSeconds: 0,
      classOf: async () => ({ name: className, form: {} }),
      onNews: (message) => void (message.includes("taken over") && (retaken += 1)),
    }).lanes({
      name: "simulation",
      folder: store,
      config: { backend: { name: "sleeping" }, batchSize: 128, epochs },
      data: { provenance: {}, facts: { shape: [32, 32, 3], labels: ["a", "b"], rows: { train: 50_000, test: 10_000 } } },
      members,
      independent: true,
      here: { count: 1, independent: true, configOf: () => ({}) },
    });
    if (!lanes) throw new Error("no lanes");
    const open: MemberLane[] = [];
    const over = Promise.withResolvers<void>();
    for (let member = 0; member < members; member++) {
      const lane = lanes.open({
        message(message) {
          if (message.kind === "event") heard.events += 1;
          else if (message.kind === "failed") over.reject(new Error(message.message));
          else if (message.kind === "done" && ++heard.done === members) over.resolve();
        },
        end: over.reject,
      });
      open.push(lane);
      lane.post({ kind: "train", member, sampleWeights: new Float64Array(100), start: undefined, from: undefined, said: 0, planned: [] });
    }
    await over.promise;
    const passed = (performance.now() - began) / 1000;
    const after = await serverLoad();
    await Promise.all(open.map((lane) => lane.close()));
    await lanes.close?.(true);
    return {
      seconds: passed,
      retaken,
      events: { said: members * epochs * (STEPS + 1), heard: heard.events },
      done: heard.done,
      server: {
        cpuSeconds: after.cpuSeconds - before.cpuSeconds,
        commands: after.commands - before.commands,
        bytesIn: after.bytesIn - before.bytesIn,
        bytesOut: after.bytesOut - before.bytesOut,
        memoryBytes: after.memoryBytes,
        connections: after.connections,
      },
    };
  } finally {
    await Promise.all(started.map((worker) => worker.close()));
    reader.disconnect();
    redis.close();
    await rm(store, { recursive: true, force: true });
  }

  async function serverLoad(): Promise<QueueLoad["server"]> {
    const text = await reader.info();
    const of = (key: string): number => Number(new RegExp(`^${key}:([\\d.]+)`, "m").exec(text)?.[1]);
    return {
      cpuSeconds: of("used_cpu_sys") + of("used_cpu_user"),
      commands: of("total_commands_processed"),
      bytesIn: of("total_net_input_bytes"),
      bytesOut: of("total_net_output_bytes"),
      memoryBytes: of("used_memory"),
      connections: of("connected_clients"),
    };
  }
}

type Weights = ReadonlyMap<string, { readonly shape: number[]; readonly values: Float32Array }>;

/** Says what a member says, at the pace of one that trains. */
function sleepingLane(
  listener: LaneListener,
  { seconds, epochs, weights }: { readonly seconds: number; readonly epochs: number; readonly weights: Weights },
): MemberLane {
  const end = new AbortController();
  const train = async (member: number): Promise<void> => {
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (let step = 1; step <= STEPS; step++) {
        await setTimeout((1000 * seconds) / epochs / STEPS, undefined, { signal: end.signal });
        const metrics = { accuracy: 0.8125, loss: 1.2345678 };
        listener.message({
          kind: "event",
          member,
          event: { type: "step", member, epoch, step: 20 * step, steps: 400, loss: 1.2345678, metrics, clock: { imagesPerSecond: 128.5 } },
        });
      }
      const last = { epochs, loss: 1.2345678, metrics: { accuracy: 0.8125, loss: 1.2345678 }, learningRate: 0.005 };
      listener.message({ kind: "event", member, event: { type: "epoch", member, epoch, ...last } });
      listener.message({
        kind: "save",
        member,
        training: {
          epoch: epoch + 1,
          step: 0,
          lossSum: 0,
          metricSums: {},
          rows: 0,
          bestEpoch: epoch,
          bestScore: 0.8,
          optimizerStep: 400 * (epoch + 1),
          weights,
          best: weights,
          slots: { firstMoments: weights, secondMoments: weights },
        },
      });
    }
    const logits = { train: new Float32Array(20), test: new Float32Array(20) };
    listener.message({ kind: "done", member, outcome: { finished: true, weights, bestEpoch: epochs - 1, logits } });
  };
  return {
    post(message) {
      if (message.kind === "train") train(message.member).catch(() => {}); // the lane was closed
    },
    async close() {
      end.abort();
    },
  };
}

export const queue: Subject<QueueSimulation> = {
  describe: (command) =>
    command
      .description("Workers of a queue that sleep in place of training: stalls, events, and the load of the server.")
      .option("--workers <n>", "workers", count, 200)
      .option("--members <n>", "members that they train", count, 400)
      .option("--seconds <n>", "that a member takes", factor, 15)
      .option("--epochs <n>", "of a member", count, 1)
      .option("--parameters <n>", "weights of a member", count, 1000)
      .option("--lock <seconds>", "after which a job of a silent worker goes to another", factor, 60),
  async *measure(options) {
    const { seconds, retaken, events, done, server } = await simulateQueue(options);
    const each = (n: number): number => n / options.members;
    yield {
      title: `${options.workers} workers, ${options.members} members of ${options.seconds} s`,
      rows: [
        { what: "members done", all: done },
        { what: "seconds", all: seconds },
        { what: "taken over, with no worker lost", all: retaken },
        { what: "events said", all: events.said, "a member": each(events.said) },
        { what: "events heard", all: events.heard, "a member": each(events.heard) },
        { what: "commands to the server", all: server.commands, "a member": each(server.commands) },
        { what: "bytes to the server", all: server.bytesIn, "a member": each(server.bytesIn) },
        { what: "bytes from the server", all: server.bytesOut, "a member": each(server.bytesOut) },
        { what: "CPU seconds of the server", all: server.cpuSeconds, "a member": each(server.cpuSeconds) },
        { what: "memory of the server, bytes", all: server.memoryBytes },
        { what: "connections", all: server.connections },
      ],
    };
  },
};
