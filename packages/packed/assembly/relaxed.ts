export { tableConv } from "./table-conv.ts";
