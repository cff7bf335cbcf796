// Every draw of a run comes from a generator that is created here from the run's seed and the purpose of the draw. Nothing is drawn from a
// shared stream, so a resumed run draws the same as an uninterrupted one.
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

/** A seeded source of random numbers. */
export interface Random {
  /** Uniform in [0, 1), from 32 random bits. */
  uniform(): number;
  /** Uniform integer in [0, n), 1 ≤ n ≤ 2³². */
  integer(n: number): number;
  /** Standard normal (Box and Muller 1958). */
  normal(): number;
  /** 32 random bits as an unsigned integer. */
  bits(): number;
}

/** Mixes a seed and words of purpose into a 32-bit seed: `deriveSeed(seed, "draw", member, epoch)`. */
export function deriveSeed(seed: number, ...purpose: readonly (string | number)[]): number {
  // FNV-1a over the words (each ended by a byte that cannot occur in them), then murmur3's finalizer for avalanche.
  let hash = 0x811c9dc5;
  const mix = (byte: number): void => {
    hash = Math.imul(hash ^ byte, 0x01000193);
  };
  for (const word of [String(seed), ...purpose]) {
    for (const byte of new TextEncoder().encode(String(word))) mix(byte);
    mix(0xff);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

class Generator implements Random {
  readonly #source: RandomGenerator;
  #spare: number | undefined;

  constructor(source: RandomGenerator) {
    this.#source = source;
  }

  bits(): number {
    return this.#source.next() >>> 0;
  }

  uniform(): number {
    return this.bits() / 0x1_0000_0000;
  }

  integer(n: number): number {
    // Rejection sampling keeps every value equally likely: without it, low values would be more likely for n that do not divide 2³².
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % n);
    for (;;) {
      const bits = this.bits();
      if (bits < limit) return bits % n;
    }
  }

  normal(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}

/** A generator for one purpose: `createRandom(seed, "shuffle", member, epoch)`. */
export function createRandom(seed: number, ...purpose: readonly (string | number)[]): Random {
  return new Generator(xoroshiro128plus(deriveSeed(seed, ...purpose) | 0));
}

/** Shuffles in place (Fisher and Yates) and returns its argument. */
export function shuffle<T extends Int32Array | unknown[]>(values: T, random: Random): T {
  for (let i = values.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const held = values[i] as number;
    values[i] = values[j];
    values[j] = held;
  }
  return values;
}
