/** The services and workers, each with what it counts. */

import type { Sample } from "../../system/metrics_text.ts";
import { groupDigits } from "../../ui/numbers.ts";

export function Parts({ figures }: { figures: ReadonlyMap<string, readonly Sample[]> }) {
  return (
    <section class="card" aria-label="Services and workers">
      <h2>Services and workers</h2>
      <div class="parts">
        {[...figures].map(([service, samples]) => (
          <article key={service} class="part">
            <header>
              <h3>{service}</h3>
              <span class="st" data-status="live">up</span>
            </header>
            <dl>
              {samples.filter(worthShowing).map((one) => <Figure key={nameOf(one)} sample={one} />)}
            </dl>
          </article>
        ))}
      </div>
    </section>
  );
}

/** Of the many reasons of a counter only those that happened. */
const worthShowing = ({ name, labels, value }: Sample): boolean =>
  name !== "spotwire_part_up" && (value !== 0 || Object.keys(labels).length <= 1);

function nameOf({ name, labels }: Sample): string {
  const words = name.replace(/^spotwire_/, "").replace(/_total$/, "").replaceAll("_", " ");
  const more = Object.entries(labels).filter(([key]) => key !== "service").map(([, text]) => text);
  return more.length === 0 ? words : `${words}: ${more.join(", ").replaceAll("_", " ")}`;
}

const Figure = ({ sample }: { sample: Sample }) => (
  <div>
    <dt>{nameOf(sample)}</dt>
    <dd>{valueText(sample.value)}</dd>
  </div>
);

const valueText = (value: number): string =>
  Number.isInteger(value) ? groupDigits(String(value)) : value.toPrecision(4);
