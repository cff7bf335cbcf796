export function compileAssembly(root: string, entry: string, options: readonly string[]): Promise<Uint8Array>;
export function signaturesOf(
  root: string,
  entry: string,
  interfaces: { readonly split?: string; readonly whole: string; readonly comments?: boolean },
): Promise<string>;
export function writeWhole(file: string, contents: string | Uint8Array): void;
export function newestOf(root: string, ...patterns: readonly string[]): number;
export function modifiedAt(file: string): number;
