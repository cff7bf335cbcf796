import type { Accuracy, ComparedMember, EnsembleEvaluation, Stability } from "@benn/analysis";
import type { Published } from "@benn/core";

/** Everything that a report contains about a run. Plain values: the same values give the same page, to the byte. */
export interface ReportedRun {
  /** Name of its folder. */
  readonly name: string;
  readonly evaluation: EnsembleEvaluation;
  /** The members of the evaluation, in order. */
  readonly members: readonly ReportedMember[];
  /** How the run was trained: `samme`, `sequential`. */
  readonly scheme: string;
  readonly mode: string;
  /** Why the run ended, if it ended before its last member. */
  readonly ending?: string;
  /** Warnings of the training. */
  readonly warnings: readonly string[];
  readonly twin?: Twin;
  readonly size: Size;
  /** Absent if it was not requested, or the run cannot be packed. */
  readonly speed?: Speed;
  /** Layers of each kind of member; empty if the run cannot be packed. */
  readonly layers: readonly LayerTable[];
  /** The measurement of `benn stability --keep`, and whether the members are still those that were measured. */
  readonly stability?: Stability & { readonly isCurrent: boolean };
  /** The preset that is nearest to the configuration. */
  readonly recipe?: Recipe;
  /** Every key of the configuration with its value, as JSON. */
  readonly config: Readonly<Record<string, string>>;
  /** Name and value: versions, machine, seed. */
  readonly environment: readonly (readonly [string, string])[];
  /** File and SHA-256. */
  readonly checksums: readonly (readonly [string, string])[];
  /** A command that trains the run again, or selects its members again. Absent: there is none. */
  readonly command?: string;
  /** Present for members that were not trained in this run. */
  readonly origin?: Origin;
  /** What the held-out images were used to decide before, one phrase each. */
  readonly reused: readonly string[];
  readonly images: ReportedImages;
  /** Of the rounds that changed them; empty for a run whose rows always have equal weights. */
  readonly sampleWeights: readonly SampleWeights[];
  /** The images with the largest weights in the last round. */
  readonly heaviest: readonly HeavyImage[];
}

/** Where members come from that were not trained in this run. */
export interface Origin {
  /** Whether `benn select` selected them on held-out images; otherwise they were imported. */
  readonly isChosen: boolean;
  /** Details of how, by name. */
  readonly how: readonly (readonly [string, string])[];
  /** One per member of the evaluation. */
  readonly members: readonly { readonly from: string; readonly sha256: string }[];
}

export interface ReportedMember {
  /** From 0. */
  readonly member: number;
  readonly label: string;
  /** Weighted training error; NaN if unknown. */
  readonly error: number;
  /** One point per epoch, from 1; thinned out. */
  readonly loss: readonly CurvePoint[];
  readonly accuracy: readonly CurvePoint[];
}

export interface CurvePoint {
  readonly epoch: number;
  readonly value: number;
}

/** The same ensemble, or one network, with real-valued weights. */
export interface Twin {
  readonly name: string;
  readonly members: number;
  readonly accuracy: Accuracy;
  readonly bytes: number;
  /** The run's vote compared with the twin's, on the same rows. */
  readonly comparison: Omit<ComparedMember, "member" | "chosenOn">;
}

export interface Size {
  /** Of all voting members. */
  readonly bytes: number;
  /** The same weights at 32 bits. */
  readonly realBytes: number;
  /** Whether it is the size of a .benn file; otherwise it is computed. */
  readonly packed: boolean;
  /** Why it cannot be packed. */
  readonly reason?: string;
}

/** Milliseconds that the packed runtime needs per image, with all members. */
export interface Speed {
  readonly median: number;
  readonly quartiles: readonly [number, number];
  readonly images: number;
  /** The machine on which it was measured. */
  readonly machine: string;
}

export interface LayerTable {
  readonly architecture: string;
  readonly members: number;
  readonly rows: readonly LayerRow[];
}

export interface LayerRow {
  readonly name: string;
  readonly type: string;
  readonly outputShape: readonly number[];
  readonly parameters: number;
  readonly binaryParameters: number;
  readonly binaryMultiplyAdds: number;
  readonly realMultiplyAdds: number;
  readonly packedBytes: number;
}

export interface Recipe {
  /** Name of the preset; absent: the defaults. */
  readonly preset?: string;
  readonly published?: Published;
  readonly differences: readonly ConfigDifference[];
}

export interface ConfigDifference {
  readonly key: string;
  /** JSON; absent: the key is missing. */
  readonly before?: string;
  readonly now?: string;
}

export interface ReportedImages {
  /** The most frequent confusions, with a few images of each. */
  readonly confusions: readonly ConfusedImages[];
  readonly disputed: readonly DisputedImage[];
  /** How the pictures were changed for display, if they were. */
  readonly note?: string;
}

export interface ConfusedImages {
  readonly label: number;
  readonly predicted: number;
  readonly rows: number;
  readonly examples: readonly Picture[];
}

export interface Picture {
  readonly row: number;
  /** A data: URL. */
  readonly source: string;
}

export interface DisputedImage extends Picture {
  readonly label: number;
  readonly predicted: number;
  /** Class that each voting member predicts. */
  readonly votes: readonly number[];
}

export interface SampleWeights {
  readonly member: number;
  readonly rows: number;
  /** `(Σ w)² / Σ w²`. */
  readonly effective: number;
  /** Rows by log₂ of weight over mean weight: each bin is from `low` to below `low + 1`. */
  readonly bins: readonly { readonly low: number; readonly rows: number }[];
}

export interface HeavyImage extends Picture {
  readonly label: number;
  /** Times the mean weight. */
  readonly times: number;
}
