export { tableConv } from "./table-conv";
