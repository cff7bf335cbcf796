// The hash that random bits of a tensor's elements come from: core's `ELEMENT_HASH`, which every backend draws by.

export const INDEX_FACTOR = 0x9e3779b1;
export const FIRST_FACTOR = 0x85ebca6b;
export const SECOND_FACTOR = 0xc2b2ae35;
export const OUTER_SHIFT = 16;
export const MIDDLE_SHIFT = 13;
