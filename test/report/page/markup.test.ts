/** What the template tag escapes, and what it keeps. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { markup } from "../../../src/report/page/markup.ts";

describe("markup", () => {
  it("escapes text, keeps markup, joins lists and leaves nothing for null", () => {
    const bold = markup`<b>${"1 < 2"}</b>`;
    expect(markup`<p title="${`"'`}">${bold}${null}${false}${[bold, " & ", 3]}</p>`.text).toBe(
      `<p title="&quot;&#39;"><b>1 &lt; 2</b><b>1 &lt; 2</b> &amp; 3</p>`,
    );
  });

  it("lets no text open a tag or end an attribute", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(markup`${text}`.text).not.toMatch(/[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/);
      }),
    );
  });
});
