interface List {
  readonly folder: string;
  readonly name: string;
  readonly type?: string;
  readonly from?: string;
}
export const LISTS: readonly List[];
export function listOf(list: List): string;
