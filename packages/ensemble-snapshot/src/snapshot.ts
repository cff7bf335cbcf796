import type { EnsembleScheme, Schedule } from "@benn/core";

/**
 * A snapshot ensemble: one training on all samples, in cycles of the learning rate. A member is what the network is at the end of a cycle, and
 * the next one goes on from there; all have the same vote weight.
 * @see G. Huang, Y. Li, G. Pleiss, Z. Liu, J. Hopcroft and K. Weinberger, "Snapshot Ensembles: Train 1, Get M for Free", ICLR 2017
 */
export const snapshot: EnsembleScheme = {
  continues: true,
  draw: ({ samples }) => ({ kind: "rows", rows: Int32Array.from({ length: samples }, (_, row) => row) }),
  next: ({ sampleWeights }) => ({ kind: "accept", alpha: 1, sampleWeights }),
};

/**
 * The rate of a cycle, equation 2 of the paper: α(t) = α₀/2 · (cos(π · mod(t − 1, ⌈T/M⌉) / ⌈T/M⌉) + 1), where ⌈T/M⌉ are the steps of a member and t counts from 1.
 * Each member starts at α₀ again.
 */
export const snapshotCycle: Schedule = {
  rate: ({ learningRate, epoch, epochs, step, steps }) =>
    (learningRate / 2) * (Math.cos((Math.PI * (epoch * steps + step)) / (epochs * steps)) + 1),
};
