import { BACKENDS, type DependencyContainer, type Spec, type Split, UserError, VOTERS } from "@benn/core";
import { mapLogits, refuseVoter, type SafetensorsEntry } from "@benn/core/internals";
import { openRun, readExperiment, resolveConfig, restoreMembers } from "@benn/core/node";
import { heldOutReuses } from "./held-out-reuses.ts";
import { type MemberHeader, type ModelHeader, TEST_RESULTS, TRUST, VOTES } from "../graph.ts";
import type { TrustData } from "../trust/read-trust.ts";
import { calibrate } from "./calibrate.ts";
import { compileModel, type SizeRow } from "./compile-model.ts";
import { encodeModel } from "./encode-model.ts";
import { findTestResults } from "./find-test-results.ts";
import { LEAST_ROWS } from "./find-trust.ts";
import { checkLowers, lowerVote } from "./lower-vote.ts";
import { mapNode } from "./map-node.ts";
import { openRunData } from "./open-run-data.ts";
import { preparationOf } from "./preparation-of.ts";
import { graphLogits, type Verification, verifyExport } from "./verify-export.ts";

export interface ExportOptions {
  /** Holds the registries, with the run's plugins loaded. */
  readonly container: DependencyContainer;
  /** Another voter than the run's; one that learns is fitted on the run's validation logits. */
  readonly voter?: string;
  /**
   * Whether the file contains the matrix of a whitened dataset, 19 MB for CIFAR-10; without it the model accepts only floats. Default true.
   */
  readonly whitening?: boolean;
  /** Runs the file and the training graphs on every test image and compares them. Default false. */
  readonly verify?: boolean;
  /**
   * Runs the file on the held-out rows, if there are any, and stores in it how far its votes can be trusted: temperature, prediction sets,
   * early stop of a soft vote. Default true.
   */
  readonly trust?: boolean;
  /** Run folder of a network with real-valued weights on the same data, whose test accuracy is stored next to the file's own. */
  readonly twin?: string | undefined;
  /** Where the run's data are now, if not where it says. They are needed for trust, for verification, and by a voter that learns. */
  readonly dataset?: Spec;
  /** Called after each member. */
  onProgress?(done: { readonly members: number; readonly of: number }): void;
  /** Called as held-out images are evaluated. */
  onCalibrated?(done: { readonly images: number; readonly of: number }): void;
  /** Called as images are verified. */
  onVerified?(done: { readonly images: number; readonly of: number }): void;
}

export interface Exported {
  /** The .benn file. */
  readonly bytes: Uint8Array;
  /** Per architecture of the run: a table of sizes, and the number of its members. */
  readonly sizes: readonly { readonly architecture: string; readonly members: number; readonly rows: readonly SizeRow[] }[];
  readonly members: number;
  /** Size of the weights of all members at 32 bits each. */
  readonly realBytes: number;
  readonly warnings: readonly string[];
  /** The stored trust data, or a sentence that says why there are none. */
  readonly trust: TrustData | string;
  /** Present if it was requested. */
  readonly verification?: Verification;
}

/**
 * Packs the trained members of a run folder into one .benn file: graphs, alphas, vote, preprocessing and labels. Leaves out members that
 * the scheme rejected.
 * @throws UserError if the run has no member or something in it cannot be packed
 */
export async function exportRun(
  folder: string,
  { container, voter, whitening = true, verify = false, trust = true, twin, dataset, onProgress, onCalibrated, onVerified }: ExportOptions,
): Promise<Exported> {
  const run = await openRun(folder);
  const config = resolveConfig(run.config, container);
  const voters = container.resolve(VOTERS);
  const spec = voter === undefined || voter === config.voter.name ? config.voter : voters.resolve(voter, "voter");
  const named = { name: spec.name, voter: voters.create(spec) };
  refuseVoter({ voter: spec, validation: config.validation }, container);
  checkLowers(named);
  await container.resolve(BACKENDS).create(config.backend).activate();
  const learns = named.voter.fit !== undefined && config.validation > 0;
  // The trust data depend on these options alone: verification reads images too, and must not change a byte.
  const tells = trust && config.validation > 0;
  const { data, lacking } = await openRunData(run, {
    container,
    images: verify || learns || twin !== undefined ? "needed" : tells ? "wanted" : "not needed",
    dataset,
  });
  const tensors = new Map<string, SafetensorsEntry>();
  const members: MemberHeader[] = [];
  const validation: Float32Array[] = [];
  const tested: Float32Array[] = [];
  const sizes = new Map<string, { architecture: string; members: number; rows: readonly SizeRow[] }>();
  const warnings = new Set<string>();
  const graphs: Float32Array[] = [];
  let realBytes = 0;
  try {
    const preparation = preparationOf(data, { whitening });
    for (const [name, tensor] of preparation.tensors) tensors.set(name, tensor);
    if (preparation.warning !== undefined) warnings.add(preparation.warning);
    for await (const { model, settings, record, logits } of restoreMembers(run, { config, data, container })) {
      try {
        if (record.alpha === undefined) continue;
        const compiled = await compileModel(model, `${members.length}.`);
        for (const [name, tensor] of compiled.tensors) tensors.set(name, tensor);
        const architecture = settings.architecture.name;
        members.push({ architecture, alpha: record.alpha, nodes: compiled.nodes });
        if (logits.validation) validation.push(logits.validation);
        tested.push(logits.test);
        if (verify) graphs.push(await graphLogits(model, data.test));
        const key = JSON.stringify(settings.architecture);
        const known = sizes.get(key);
        sizes.set(key, { architecture, rows: compiled.sizes, members: (known?.members ?? 0) + 1 });
        for (const warning of compiled.warnings) warnings.add(warning);
        realBytes += 4 * model.weights.reduce((sum, weight) => sum + weight.shape.reduce<number>((n, side) => n * (side ?? 1), 1), 0);
      } finally {
        model.dispose();
      }
      onProgress?.({ members: members.length, of: run.members.length });
    }
    if (members.length === 0)
      throw new UserError(`export: ${folder} has no trained member yet. Resume it with "benn train --resume ${folder}".`);
    const alphas = members.map(({ alpha }) => alpha);
    const classes = data.labels.length;
    if (data.validation) named.voter.fit?.({ logits: validation, alphas, classes, labels: data.validation.labels });
    const lowered = lowerVote(named, alphas);
    const header: Omit<ModelHeader, "members"> = { shape: data.shape, labels: data.labels, voter: lowered.vote, ...preparation.header };
    const voting = members.map((member, i) => {
      const { alphas, maps } = lowered;
      const own = { ...member, alpha: alphas[i] ?? 0 };
      if (!maps?.[i]) return own;
      const mapped = mapNode(maps[i], { prefix: `${i}.`, logits: member.nodes.length, classes, voter: named.name });
      for (const [name, tensor] of mapped.tensors) tensors.set(name, tensor);
      return { ...own, nodes: [...member.nodes, mapped.node] };
    });
    /** What the members of the file vote with. */
    const votedWith = (logits: readonly Float32Array[]): readonly Float32Array[] =>
      logits.map((own, i) => (lowered.maps?.[i] ? mapLogits(own, lowered.maps[i]) : own));
    const worth = !trust
      ? "It says nothing of how far its votes can be trusted, as asked."
      : lacking !== undefined || !data.validation || data.validation.labels.length < LEAST_ROWS
        ? noTrust(lacking ?? data.validation)
        : await calibrate(encodeModel(header, voting, tensors), {
            validation: data.validation,
            seed: config.seed,
            reused: heldOutReuses(config, { learns, origin: (await readExperiment(folder)).origin }),
            ...(onCalibrated ? { onProgress: onCalibrated } : {}),
          });
    if (typeof worth !== "string") {
      const json = new TextEncoder().encode(JSON.stringify(worth));
      tensors.set(TRUST, { dtype: "U8", shape: [json.length], data: json });
    }
    const results =
      tells || twin !== undefined
        ? await findTestResults(folder, {
            container,
            data,
            logits: votedWith(tested),
            alone: tested,
            vote: lowered.vote,
            alphas: lowered.alphas,
            realBytes,
            twin,
          })
        : undefined;
    if (results) {
      const json = new TextEncoder().encode(JSON.stringify(results));
      tensors.set(TEST_RESULTS, { dtype: "U8", shape: [json.length], data: json });
    }
    const bytes = encodeModel(header, voting, tensors);
    const expected = votedWith(graphs);
    const verification = verify
      ? await verifyExport(bytes, {
          test: data.test,
          logits: expected,
          votes: new Map([
            ...VOTES.filter((name) => voters.names().includes(name)).map(
              (name) =>
                [name, { vote: name, scores: voters.create(name).vote({ logits: expected, alphas: lowered.alphas, classes }) }] as const,
            ),
            [named.name, { vote: lowered.vote, scores: named.voter.vote({ logits: graphs, alphas, classes }) }],
          ]),
          ...(onVerified ? { onProgress: onVerified } : {}),
        })
      : undefined;
    return {
      bytes,
      sizes: [...sizes.values()],
      members: members.length,
      realBytes,
      warnings: [...warnings],
      trust: worth,
      ...(verification ? { verification } : {}),
    };
  } finally {
    data.dispose?.();
  }
}

/** Why a file has no trust data. */
function noTrust(lacking: string | Split | undefined): string {
  const without = "It has no temperature, no sets of classes and no early stop of a soft vote";
  if (typeof lacking === "string") return `${without}: the held-out images are not there (${lacking}).`;
  return lacking
    ? `${without}: ${lacking.labels.length} held-out rows are too few to find them on, ${LEAST_ROWS} the least.`
    : `${without}: they are found on held-out rows, and the run has none. Train with validation=0.1.`;
}
