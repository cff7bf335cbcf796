export const ninChecks = (): never[] => [];
