import { UserError } from "../user-error.ts";

/** A plugin violates its contract: a method is missing, or it returned something that the contract does not allow. */
export class ContractError extends UserError {}
