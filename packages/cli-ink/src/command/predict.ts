import { UserError } from "@benn/core";
import { printable } from "@benn/core/internals";
import { heedProxy } from "@benn/core/node";
import { load, PackedError, type PackedModel, type Picture, type Prediction, type VoteName } from "@benn/packed";
import { openTrust, type Trust, type TrustedPrediction } from "@benn/packed/trust";
import { count } from "../run/format.ts";
import { needed } from "../optional-package.ts";
import { decodePicture } from "./decode-picture.ts";
import { Exit } from "./failure.ts";
import { print, say } from "./print.ts";
import { type Answer, predictionLines, votesFor } from "./prediction-lines.ts";
import { progressLine } from "./progress-line.ts";

export interface PredictCommandOptions {
  readonly voter?: VoteName;
  readonly coverage?: number;
  readonly anytime?: boolean;
  readonly mirror?: boolean;
  readonly json?: boolean;
}

/**
 * `benn predict`: classifies picture files, or standard input for "-". A picture that cannot be read is named, the others are classified,
 * and the exit code is then 1.
 */
export async function predict(model: string, pictures: readonly string[], { json, ...vote }: PredictCommandOptions): Promise<void> {
  const packed = await open(model);
  await needed("benn predict", "sharp", import("sharp"));
  const { answer: answerOf, notes } = answering(packed, model, vote);
  for (const note of notes) say(`benn: ${printable(note)}\n`);
  const answers: Answer[] = [];
  let unread = 0;
  const progress = progressLine({ json });
  for (const [done, picture] of pictures.entries()) {
    if (pictures.length > 1) progress.show({ what: "pictures", done, total: pictures.length });
    const image = await decodePicture(picture).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
    if (image instanceof Error) {
      unread += 1;
      progress.clear();
      const name = picture === "-" ? "standard input" : printable(picture);
      say(`benn: ${name} cannot be read as a picture: ${image.message}. Give PNG, JPEG or WebP.\n`);
      if (json) print(`${JSON.stringify({ picture, error: image.message })}\n`);
      continue;
    }
    const start = performance.now();
    const answer = { picture, prediction: answerOf(image), milliseconds: performance.now() - start };
    if (json) print(`${JSON.stringify(asJson(answer))}\n`);
    else answers.push(answer);
  }
  progress.clear();
  if (answers.length > 0) print(`${predictionLines(answers, vote.coverage, process.stdout.columns).join("\n")}\n`);
  if (unread > 0) {
    if (pictures.length > 1) say(`benn: ${unread} of ${pictures.length} pictures could not be read\n`);
    throw new Exit(1);
  }
}

interface Answering {
  answer(image: Picture): Prediction | TrustedPrediction;
  /** Caveats, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Classifies pictures as the options require.
 * @param name of the model's file
 * @throws UserError if the file cannot provide what is requested
 */
export function answering(
  model: PackedModel,
  name: string,
  { coverage, anytime = false, ...vote }: Omit<PredictCommandOptions, "json">,
): Answering {
  const trust = openTrust(model);
  const { voter = model.voter, mirror = false } = vote;
  const isOwn = voter === model.voter && !mirror;
  const refuse = (why: string): never => {
    throw new UserError(`predict: --coverage ${why}`);
  };
  if (coverage !== undefined) {
    if (!trust)
      return refuse(
        `needs what ${name} does not hold. Export it again from a run with held-out samples (validation=0.1) whose images are there.`,
      );
    if (!isOwn || anytime)
      return refuse(`holds for the ${model.voter} vote of all members on pictures as they are. Leave out --voter, --mirror and --anytime.`);
    return { answer: (image) => trust.judge(model.predict(image), { coverage }), notes: coverageNotes(trust, coverage, name) };
  }
  const stopsEarly = anytime && voter === "soft";
  if (stopsEarly && isOwn && trust?.hasLead) return { answer: (image) => trust.predictAnytime(image), notes: [] };
  const which = mirror ? "a mirrored soft vote" : "a soft vote";
  return {
    answer(image) {
      const prediction = model.predict(image, { ...vote, anytime });
      return trust ? trust.judge(prediction) : prediction;
    },
    notes: stopsEarly ? [`${name} holds no rule for ${which} to stop early by, so all members run`] : [],
  };
}

/** Caveats about the coverage. */
function coverageNotes({ coverageRows, reused }: Trust, coverage: number, name: string): string[] {
  const isTooHigh = Math.ceil((coverageRows + 1) * coverage) > coverageRows;
  return [
    ...(isTooHigh
      ? [`${count(coverageRows)} calibration rows are too few for a coverage of ${coverage}, so every class is in the set`]
      : []),
    ...(reused.length > 0
      ? [`sets of ${name} may contain the right class slightly less often. Of its held-out samples: ${reused.join("; ")}`]
      : []),
  ];
}

/** Loads the model; from a server, with progress and through the proxy that the environment names. */
async function open(model: string): Promise<PackedModel> {
  if (!/^https?:/i.test(model)) return await load(model);
  const proxy = heedProxy();
  const progress = progressLine();
  try {
    return await load(model, {
      onProgress: ({ loaded, total }) => {
        progress.show({ what: `loading ${model}, bytes`, done: loaded, total: total ?? 0 });
      },
    });
  } catch (error) {
    if (!(error instanceof PackedError) || proxy === "") throw error;
    throw new UserError(`${error.message}${proxy}`, { cause: error });
  } finally {
    progress.clear();
  }
}

function asJson({ picture, prediction, milliseconds }: Answer): object {
  const { votes, scores, ...rest } = prediction;
  const { probabilities } = rest as Partial<TrustedPrediction>;
  return {
    picture,
    ...rest,
    scores: [...scores],
    agreement: votesFor(prediction) / rest.ran,
    ...(probabilities ? { probabilities: [...probabilities] } : {}),
    votes: votes.map(({ logits, ...vote }) => ({ ...vote, logits: [...logits] })),
    milliseconds: Number(milliseconds.toFixed(3)),
  };
}
