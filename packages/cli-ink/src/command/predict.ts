import { UserError } from "@benn/core";
import { printable } from "@benn/core/internals";
import { heedProxy } from "@benn/core/node";
import { load, PackedError, type PackedModel, type Picture, type Prediction, type VoteName } from "@benn/packed";
import { bytes, table } from "../run/format.ts";
import { decodePicture } from "./decode-picture.ts";
import { Exit } from "./failure.ts";
import { print, say } from "./print.ts";

interface PredictCommandOptions {
  readonly voter?: VoteName;
  readonly anytime?: boolean;
  readonly mirror?: boolean;
  readonly json?: boolean;
}

interface Answer {
  readonly picture: string;
  readonly prediction: Prediction;
  readonly milliseconds: number;
}

/**
 * `benn predict`: classes of picture files, or of standard input for "-". A picture that cannot be read is named, the others are answered, and
 * the exit code is then 1.
 */
export async function predict(model: string, pictures: readonly string[], { json, ...vote }: PredictCommandOptions): Promise<void> {
  const packed = await open(model);
  const answers: Answer[] = [];
  let unread = 0;
  for (const picture of pictures) {
    const image = await decodePicture(picture).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
    if (image instanceof Error) {
      unread += 1;
      const name = picture === "-" ? "standard input" : printable(picture);
      say(`benn: ${name} cannot be read as a picture: ${image.message}. Give PNG, JPEG or WebP.\n`);
      if (json) print(`${JSON.stringify({ picture, error: image.message })}\n`);
      continue;
    }
    const answer = { picture, ...timed(packed, image, vote) };
    if (json) print(`${JSON.stringify(asJson(answer))}\n`);
    else answers.push(answer);
  }
  if (answers.length > 0) print(`${predictionLines(answers).join("\n")}\n`);
  if (unread > 0) {
    if (pictures.length > 1) say(`benn: ${unread} of ${pictures.length} pictures could not be read\n`);
    throw new Exit(1);
  }
}

function timed(
  model: PackedModel,
  image: Picture,
  vote: Pick<PredictCommandOptions, "voter" | "anytime" | "mirror">,
): Omit<Answer, "picture"> {
  const start = performance.now();
  const prediction = model.predict(image, vote);
  return { prediction, milliseconds: performance.now() - start };
}

/** Loads the model; from a server with its progress, and by the proxy that the environment names. */
async function open(model: string): Promise<PackedModel> {
  if (!/^https?:/i.test(model)) return await load(model);
  const proxy = heedProxy();
  const shows = process.stderr.isTTY;
  try {
    return await load(model, {
      onProgress: ({ loaded, total }) => {
        if (shows) process.stderr.write(`\r${bytes(loaded)}${total === undefined ? "" : ` of ${bytes(total)}`}\u001B[K`);
      },
    });
  } catch (error) {
    if (!(error instanceof PackedError) || proxy === "") throw error;
    throw new UserError(`${error.message}${proxy}`, { cause: error });
  } finally {
    if (shows) process.stderr.write("\r\u001B[K");
  }
}

function asJson({ picture, prediction, milliseconds }: Answer): object {
  const { votes, scores, ...rest } = prediction;
  return {
    picture,
    ...rest,
    scores: [...scores],
    votes: votes.map(({ logits, ...vote }) => ({ ...vote, logits: [...logits] })),
    milliseconds: Number(milliseconds.toFixed(3)),
  };
}

/** A row a picture. */
export function predictionLines(answers: readonly Answer[]): string[] {
  return table(
    [
      ["picture", "class", "members for it", "members run", "ms"],
      ...answers.map(({ picture, prediction: { label, votes, class: winner, ran, members }, milliseconds }) => [
        printable(picture),
        printable(label),
        `${votes.filter((vote) => vote.class === winner).length} of ${ran}`,
        `${ran} of ${members}`,
        milliseconds.toFixed(1),
      ]),
    ],
    { left: 2 },
  );
}
