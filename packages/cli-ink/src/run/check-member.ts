import { UserError } from "@benn/core";
import type { CheckMember } from "@benn/core/node";

/**
 * Refuses, before the first epoch, a member that could not be exported after training, unless the configuration has `exportable: false`.
 */
export const checkMember: CheckMember = async ({ config, model, data, voter }) => {
  if (!config.exportable) return;
  const { checkExportable } = await import("@benn/packed/export");
  const refusals = await checkExportable({ model, data, voter: { name: config.voter.name, voter } });
  if (refusals.length === 0) return;
  throw new UserError(`${refusals.join(" ")} To train what cannot be exported, set exportable=false.`);
};
