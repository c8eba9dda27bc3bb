/** Text for another tool, behind a toggle, with a button that copies it where the browser lets scripts do that. */
import { type Markup, markup } from "../page/markup.ts";

export function copyableText(options: {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  /** What it is the text of, for screen readers. */
  readonly of: string;
  readonly text: string;
}): Markup {
  const { id, title, of, text } = options;
  return markup`<details><summary>${title}<span class="unseen"> of ${of}</span></summary><p class="actions"><button type="button" hidden data-copies="${id}">Copy<span class="unseen"> the ${title} of ${of}</span></button></p><pre id="${id}" tabindex="0">${text}</pre></details>`;
}
