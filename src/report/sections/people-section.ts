/** Ten people, what they had and what they are offered: figures convince nobody who has not seen a list. */
import { type DataTable, dataTable } from "../charts/data-table.ts";
import { dataOf } from "../charts/figure.ts";
import { type Markup, markup } from "../page/markup.ts";
import type { Section } from "../page/page.ts";
import type { ItemContent, RunContent, UserContent } from "../run-content.ts";
import { countText, NO_BREAK } from "../words/number-text.ts";

export function peopleSection({ people, peopleChoice, data }: RunContent): Section | null {
  if (people.length === 0) return null;
  const untitled = people.every(({ recommended }) => recommended.every(({ title }) => title === null));
  const words = untitled ? "Items go by their ids: the dataset was ingested without an items file." : "";
  const isOrdered = data?.isOrdered ?? false;
  const body = markup`<p>${peopleChoice} Lists are the best of the catalogue without the items a user has in train and validation; held-out items are marked where the list has them. ${words}</p>
<div class="people">${people.map((person) => personMarkup(person, isOrdered))}</div>${dataOf(peopleTable(people))}`;
  return {
    id: "people",
    title: `Recommendations for ${people.length} users${data === null ? "" : ` of ${data.name}`}`,
    body,
  };
}

function personMarkup(
  { id, trainInteractions, recent, recommended, heldOut }: UserContent,
  isOrdered: boolean,
): Markup {
  const wanted = new Set(heldOut.map((item) => item.id));
  const items = recommended.map((item) =>
    wanted.has(item.id)
      ? markup`<li class="hit">${nameOf(item)}<span class="unseen">, held out</span> ✓</li>`
      : markup`<li>${nameOf(item)}</li>`,
  );
  const held = heldOut.map((item) => `${nameOf(item)} (rank${NO_BREAK}${countText(item.rank)})`).join("; ");
  return markup`<article class="person"><h3>User ${id}<span>${countText(trainInteractions)} interactions</span></h3>
<p>${isOrdered ? "Last in train" : "In train"}: ${recent.length === 0 ? "nothing" : recent.map(nameOf).join("; ")}</p>
<ol>${items}</ol>
<p>Held out: ${held}</p></article>`;
}

const AT_A_GLANCE = 3;

/** Two lines for each: what they had last and took then, with its rank, and the head of their list. */
export function peopleAtAGlance({ people, data }: RunContent): Markup {
  const isOrdered = data?.isOrdered ?? false;
  const lines = people.map(({ id, trainInteractions, recent, recommended, heldOut }) => {
    const wanted = new Set(heldOut.map((item) => item.id));
    const offers = recommended
      .slice(0, AT_A_GLANCE)
      .map((item) =>
        wanted.has(item.id) ? markup`<li class="hit">${nameOf(item)} ✓</li>` : markup`<li>${nameOf(item)}</li>`,
      );
    const had =
      recent.length === 0
        ? "nothing in train"
        : `${countText(trainInteractions)} items, ${isOrdered ? "last" : "such as"} ${nameOf(recent[0]!)}`;
    const held = heldOut.length === 0 ? "" : `; then took ${tookText(heldOut)}`;
    return markup`<li><p><b>${id}</b> <span class="soft">${had}${held}</span></p><ol>${offers}</ol></li>`;
  });
  return markup`<ul class="glance">${lines}</ul>`;
}

/** Of several items the one that is placed best. */
function tookText(heldOut: UserContent["heldOut"]): string {
  const best = heldOut.reduce((first, item) => (item.rank < first.rank ? item : first));
  const named = `${nameOf(best)} (rank${NO_BREAK}${countText(best.rank)})`;
  return heldOut.length === 1 ? named : `${countText(heldOut.length)} items, best placed ${named}`;
}

function nameOf({ id, title }: ItemContent): string {
  return title ?? `item ${id}`;
}

interface OfferRow {
  readonly user: string;
  readonly rank: number;
  readonly item: ItemContent;
  readonly isHeldOut: boolean;
}

function peopleTable(people: readonly UserContent[]): DataTable {
  const rows = people.flatMap(({ id, recommended, heldOut }) =>
    recommended.map(
      (item, index): OfferRow => ({
        user: id,
        rank: index + 1,
        item,
        isHeldOut: heldOut.some((held) => held.id === item.id),
      }),
    ),
  );
  return dataTable<OfferRow>({
    title: "Recommendations",
    columns: [
      { name: "user", kind: "text", value: ({ user }) => user },
      { name: "rank", kind: "number", value: ({ rank }) => rank },
      { name: "item", kind: "text", value: ({ item }) => item.id },
      { name: "title", kind: "text", value: ({ item }) => item.title },
      { name: "held out", kind: "text", value: ({ isHeldOut }) => (isHeldOut ? "yes" : "no") },
    ],
    rows,
  });
}
