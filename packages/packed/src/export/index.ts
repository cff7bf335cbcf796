export { checkExportable, type ExportSubject } from "./check-exportable.ts";
export { type CompiledMember, compileModel, type SizeRow } from "./compile-model.ts";
export { encodeModel } from "./encode-model.ts";
export { type Exported, type ExportOptions, exportRun } from "./export-run.ts";
export type { NamedVoter } from "./lower-vote.ts";
export type { TrustData } from "../trust/read-trust.ts";
export type { Operation } from "./operation.ts";
export { traceModel } from "./trace-model.ts";
export type { Verification } from "./verify-export.ts";
