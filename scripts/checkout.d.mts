export function isInstalled(root: string): boolean;
export function pathProblem(root: string, cutAt?: string): string | undefined;
