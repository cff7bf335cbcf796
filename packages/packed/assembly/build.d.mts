export function sourceDigest(): string;
