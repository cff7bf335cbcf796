import { html, type Html } from "./html.ts";
import { countOf } from "./numbers.ts";
import type { ConfigDifference, Origin, ReportedRun } from "./reported-run.ts";
import { table } from "./table.ts";

/** What the run was made from, and the command that makes it again. */
export function runSection(run: ReportedRun): Html {
  const { recipe, config, environment, checksums, command, origin, scheme, mode } = run;
  return html`${
      origin
        ? originOf(run, origin)
        : html`<p>Trained by <code>${scheme}</code>, members ${mode === "sequential" ? "one from another" : "each afresh"}.</p>`
    }
    ${
      command !== undefined &&
      html`<p>This command ${origin ? "chooses its members" : "trains it"} again:</p>
        <pre class="command" tabindex="0" role="group" aria-label="Command">${command}</pre>`
    }
    ${recipe && differencesOf(recipe.differences, recipe.preset === undefined ? "the defaults" : `the preset ${recipe.preset}`)}
    <details>
      <summary>The whole configuration, ${countOf(Object.keys(config).length, "key")}</summary>
      ${table(
        [
          { head: "Key", text: true },
          { head: "Value", text: true },
        ],
        Object.entries(config).map(([key, value]) => [html`<code>${key}</code>`, html`<code>${value}</code>`]),
        { caption: "Configuration" },
      )}
    </details>
    ${table(
      [
        { head: "What", text: true },
        { head: "Value", text: true },
      ],
      environment,
      { caption: "Environment" },
    )}
    <details>
      <summary>Checksums, SHA-256</summary>
      ${table(
        [
          { head: "File", text: true },
          { head: "SHA-256", text: true },
        ],
        checksums.map(([file, sum]) => [file, html`<code class="sum">${sum}</code>`]),
        { caption: "Checksums" },
      )}
    </details>`;
}

function differencesOf(differences: readonly ConfigDifference[], from: string): Html {
  if (differences.length === 0) return html`<p>Its configuration is that of ${from}.</p>`;
  return table(
    [
      { head: "Key", text: true },
      { head: "There", text: true },
      { head: "Here", text: true },
    ],
    differences.map(({ key, before, now }) => [
      html`<code>${key}</code>`,
      before === undefined ? "–" : html`<code>${before}</code>`,
      now === undefined ? "–" : html`<code>${now}</code>`,
    ]),
    { caption: `Where its configuration differs from ${from}` },
  );
}

function originOf({ evaluation: { members } }: ReportedRun, { isChosen, how, members: sources }: Origin): Html {
  return html`<p>
      ${
        isChosen
          ? html`Nothing was trained here: <code>benn select</code> chose the members on held-out images, each as often as its weight α
              says. The configuration is that of the first run, with the nets of the members.`
          : "Nothing was trained here: the members were imported."
      }
    </p>
    ${
      how.length > 0 &&
      table(
        [
          { head: "How", text: true },
          { head: "Value", text: true },
        ],
        how,
        { caption: isChosen ? "How they were chosen" : "How they were imported" },
      )
    }
    ${table(
      [{ head: "Member" }, { head: "From", text: true }, { head: "SHA-256", text: true }],
      sources.map(({ from, sha256 }, i) => [(members[i]?.member ?? i) + 1, from, html`<code class="sum">${sha256}</code>`]),
      { caption: "Where the members come from" },
    )}`;
}
