import type { DependencyContainer } from "tsyringe";
import { MOST_MEMBERS, type ParsedConfig, parseConfig } from "../config.ts";
import { DEFAULTS } from "../container.ts";
import { SCHEMES } from "../ensemble-scheme.ts";
import { type ContractKey, CONTRACTS } from "../contracts.ts";
import { LOSSES } from "../loss.ts";
import { keysOf, type KeysOf } from "../named-contracts.ts";
import type { Registry, Spec } from "../registry.ts";
import { UserError } from "../user-error.ts";
import { refuseStop } from "./refuse-stop.ts";
import { refuseVoter } from "./refuse-voter.ts";

type PerMember = KeysOf<{ per: "member" }>;

/** Settings of one member. */
export type MemberConfig = Pick<ParsedConfig, PerMember> & { readonly learningRate: number; readonly epochs: number };

/** A configuration in which every name is known, every option checked and filled in, and every member spelled out. */
export type ResolvedConfig = Omit<ParsedConfig, "members"> & { readonly members: readonly MemberConfig[] };

/** The member's settings; members that were added later have those of the last one. @throws RangeError for a number below 0 */
export function settingsOf({ members }: Pick<ResolvedConfig, "members">, member: number): MemberConfig {
  const settings = members[Math.min(member, members.length - 1)];
  if (!settings) throw new RangeError(`member ${member} of ${members.length}`);
  return settings;
}

/** @throws UserError for anything that is wrong, before data are read or a folder is created */
export function resolveConfig(config: unknown, container: DependencyContainer): ResolvedConfig {
  const parsed = parseConfig(config, container.resolve(DEFAULTS));
  const resolve = (key: ContractKey, value: unknown, path: string): Spec | Spec[] => {
    const { token } = CONTRACTS[key];
    const registry = container.resolve<Registry<unknown>>(token);
    return Array.isArray(value)
      ? (value as Spec[]).map((spec, i) => registry.resolve(spec, `${path}[${i}]`))
      : registry.resolve(value as Spec, path);
  };
  const perMember = keysOf({ per: "member" });
  const own = Object.fromEntries([...perMember, ...keysOf({ per: "run" })].map((key) => [key, resolve(key, parsed[key], key)])) as Pick<
    ParsedConfig,
    PerMember | KeysOf<{ per: "run" }>
  >;
  const groups = typeof parsed.members === "number" ? [{ count: parsed.members }] : parsed.members;
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  if (count > MOST_MEMBERS)
    throw new UserError(`members: the groups have ${count} members together. Lower their counts to ${MOST_MEMBERS} in all.`);
  const members = groups.flatMap((group, g): MemberConfig[] => {
    const specs = perMember.map((key) => {
      const given = (group as Partial<Record<PerMember, unknown>>)[key];
      return [key, given === undefined ? own[key] : resolve(key, given, `members[${g}].${key}`)];
    });
    const { learningRate = parsed.learningRate, epochs = parsed.epochs } = group as Partial<MemberConfig>;
    const settings = { ...(Object.fromEntries(specs) as Pick<ParsedConfig, PerMember>), learningRate, epochs };
    return Array.from({ length: group.count }, () => settings);
  });
  if (parsed.gradientAccumulationSteps > parsed.batchSize) {
    throw new UserError(
      `gradientAccumulationSteps: is ${parsed.gradientAccumulationSteps}, but a batch of ${parsed.batchSize} has no more than ${parsed.batchSize} parts. ` +
        "Lower it, or raise batchSize.",
    );
  }
  if (parsed.scoreOn === "validation" && parsed.validation === 0) {
    throw new UserError('scoreOn: is "validation", but no rows are held out. Set validation, for example --set validation=0.1.');
  }
  if (parsed.averageWeights && parsed.batchNorm.statistics === "running") {
    throw new UserError(
      "averageWeights: averaged weights need batch-norm statistics of their own, and running ones are of other weights. Set batchNorm.statistics=precise.",
    );
  }
  if (parsed.mode === "independent" && parsed.pretrainEpochs > 0) {
    throw new UserError(
      `pretrainEpochs: is ${parsed.pretrainEpochs}, but independent members start afresh. Set mode=sequential or pretrainEpochs=0.`,
    );
  }
  if (parsed.mode === "sequential" && count > 1 && container.resolve(SCHEMES).create(own.scheme).fresh) {
    throw new UserError(
      `mode: is sequential, but members of scheme=${own.scheme.name} start afresh: going on from one another they would be one long training. Set mode=independent.`,
    );
  }
  if (parsed.mode === "independent" && count > 1 && container.resolve(SCHEMES).create(own.scheme).continues) {
    throw new UserError(`mode: is independent, but members of scheme=${own.scheme.name} go on from one another. Set mode=sequential.`);
  }
  const loss = members.map((own) => own.loss).find((own) => container.resolve(LOSSES).create(own).additive);
  if (loss && !container.resolve(SCHEMES).create(own.scheme).additive) {
    throw new UserError(
      `loss ${loss.name}: needs the sum of the members so far, which scheme=${own.scheme.name} does not keep. Set a scheme that adds members up, for example scheme=gradient-boost.`,
    );
  }
  if (parsed.init !== undefined && parsed.mode === "independent") {
    throw new UserError(
      "init: is the start of the first sequential member, but independent members start afresh. Set mode=sequential, or leave init out.",
    );
  }
  if (parsed.init !== undefined && parsed.pretrainEpochs > 0) {
    throw new UserError(
      `init: is where the first member starts, and so is the model of pretrainEpochs=${parsed.pretrainEpochs}. Set pretrainEpochs=0, or leave init out.`,
    );
  }
  if (parsed.given.length > 0 && (parsed.init !== undefined || parsed.pretrainEpochs > 0)) {
    throw new UserError(
      `given: the first members are there already, so ${parsed.init === undefined ? "pretrainEpochs" : "init"} has nothing to start. Leave it out.`,
    );
  }
  if (own.metrics.length === 0) throw new UserError('metrics: names none. Name at least one, for example metrics=["accuracy"].');
  const resolved = { ...parsed, ...own, members };
  refuseVoter(resolved, container);
  refuseStop(resolved, container);
  return resolved;
}
