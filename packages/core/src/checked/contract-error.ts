import { UserError } from "../user-error.ts";

/** A plugin does not keep its contract: a method is missing, or what one returned is not what the contract demands. */
export class ContractError extends UserError {}
