// The hash from which random bits of a tensor's elements are computed: core's `ELEMENT_HASH`, which every backend uses.

export const INDEX_FACTOR = 0x9e3779b1;
export const FIRST_FACTOR = 0x85ebca6b;
export const SECOND_FACTOR = 0xc2b2ae35;
export const OUTER_SHIFT = 16;
export const MIDDLE_SHIFT = 13;
