import { changelogPage } from "./reference/changelog-page.ts";
import { contractsPage, errorsPage, eventsPage } from "./reference/code-pages.ts";
import { commandsPage } from "./reference/commands-page.ts";
import { builtInPage, configurationPage } from "./reference/configuration-page.ts";

/** The pages that are made from the code, by place. */
export async function makePages(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ["reference/commands", commandsPage()],
    ["reference/configuration", await configurationPage()],
    ["reference/built-in", await builtInPage()],
    ["reference/contracts", contractsPage()],
    ["reference/events", eventsPage()],
    ["reference/errors", errorsPage()],
    ["changelog", changelogPage()],
  ]);
}
