// Links and headings of Markdown pages, for tests and for the site.

/** @returns where the links of a page lead, as they are written; not those in code */
export function linksOf(markdown: string): string[] {
  const text = withoutCode(markdown);
  return [
    ...text.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g),
    ...text.matchAll(/<(?:img|a|source)\s[^>]*?(?:src|href|srcset)="([^"]+)"/g),
    ...text.matchAll(/^\[[^\]]+\]:\s+(\S+)/gm),
  ].map(([, link = ""]) => link);
}

/** The anchors that GitHub gives to the headings of a page. */
export function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of markdown.replaceAll(/^```.*?^```/gms, "").matchAll(/^#{1,6}\s+(.+?)\s*$/gm)) {
    const slug = slugOf(heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1"));
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** The anchor of a heading by its words, as GitHub makes it. */
export function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
    .replaceAll(" ", "-");
}

/** Blocks and spans of code show links, and are none. */
function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^\s*```.*?^\s*```/gms, "").replaceAll(/(`+)[^`].*?\1/g, "");
}
