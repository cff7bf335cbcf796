import type { Accuracy, ComparedMember, EnsembleEvaluation, Stability } from "@benn/analysis";
import type { Published } from "@benn/core";

/** Everything that a report says of a run. Plain values: the same ones give the same page, to the byte. */
export interface ReportedRun {
  /** Of its folder. */
  readonly name: string;
  readonly evaluation: EnsembleEvaluation;
  /** Of the members of the evaluation, in their order. */
  readonly members: readonly ReportedMember[];
  /** How the run was trained: `samme`, `sequential`. */
  readonly scheme: string;
  readonly mode: string;
  /** Why the run ended, if it ended before its last member. */
  readonly ending?: string;
  /** What training warned of. */
  readonly warnings: readonly string[];
  readonly twin?: Twin;
  readonly size: Size;
  /** Absent: it was not asked for, or the run cannot be packed. */
  readonly speed?: Speed;
  /** Layers of each kind of member; none where the run cannot be packed. */
  readonly layers: readonly LayerTable[];
  /** What `benn stability --keep` measured, and whether the members are still those that were measured. */
  readonly stability?: Stability & { readonly isCurrent: boolean };
  /** The preset that the configuration is nearest to. */
  readonly recipe?: Recipe;
  /** Every key of the configuration with its value, as JSON. */
  readonly config: Readonly<Record<string, string>>;
  /** Name and value: versions, machine, seed. */
  readonly environment: readonly (readonly [string, string])[];
  /** File and SHA-256. */
  readonly checksums: readonly (readonly [string, string])[];
  /** What trains it again, or chooses its members again. Absent: no command does. */
  readonly command?: string;
  /** Of members that were not trained in this run. */
  readonly origin?: Origin;
  /** What the held-out images decided on before, a phrase each. */
  readonly reused: readonly string[];
  readonly images: ReportedImages;
  /** Of the rounds that changed them; none of a run whose rows all weigh the same. */
  readonly sampleWeights: readonly SampleWeights[];
  /** The images that weigh most in the last round. */
  readonly heaviest: readonly HeavyImage[];
}

/** Where members come from that were not trained in this run. */
export interface Origin {
  /** Whether `benn select` chose them on held-out images; else they were imported. */
  readonly isChosen: boolean;
  /** What is known of how, by name. */
  readonly how: readonly (readonly [string, string])[];
  /** One a member of the evaluation. */
  readonly members: readonly { readonly from: string; readonly sha256: string }[];
}

export interface ReportedMember {
  /** From 0. */
  readonly member: number;
  readonly label: string;
  /** Weighted training error; not a number if it is not known. */
  readonly error: number;
  /** A point an epoch, from 1; thinned. */
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
  /** The run's vote against the twin's, on the same rows. */
  readonly comparison: Omit<ComparedMember, "member" | "chosenOn">;
}

export interface Size {
  /** Of all members that vote. */
  readonly bytes: number;
  /** The same weights at 32 bits. */
  readonly realBytes: number;
  /** Whether it is that of a .benn file; else it is counted. */
  readonly packed: boolean;
  /** Why it cannot be packed. */
  readonly reason?: string;
}

/** Milliseconds that the packed runtime takes for an image, all members. */
export interface Speed {
  readonly median: number;
  readonly quartiles: readonly [number, number];
  readonly images: number;
  /** What it was measured on. */
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
  /** Of the preset; absent: the defaults. */
  readonly preset?: string;
  readonly published?: Published;
  readonly differences: readonly ConfigDifference[];
}

export interface ConfigDifference {
  readonly key: string;
  /** JSON; absent: the key is not there. */
  readonly before?: string;
  readonly now?: string;
}

export interface ReportedImages {
  /** The most frequent confusions, with a few images of each. */
  readonly confusions: readonly ConfusedImages[];
  readonly disputed: readonly DisputedImage[];
  /** What was done to the pictures to show them, if they are not what they were. */
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
  /** A data: address. */
  readonly source: string;
}

export interface DisputedImage extends Picture {
  readonly label: number;
  readonly predicted: number;
  /** Class that each member that votes answers. */
  readonly votes: readonly number[];
}

export interface SampleWeights {
  readonly member: number;
  readonly rows: number;
  /** `(Σ w)² / Σ w²`. */
  readonly effective: number;
  /** Rows by log₂ of weight over mean weight: each bin is from `low` on, below `low + 1`. */
  readonly bins: readonly { readonly low: number; readonly rows: number }[];
}

export interface HeavyImage extends Picture {
  readonly label: number;
  /** Times the mean weight. */
  readonly times: number;
}
