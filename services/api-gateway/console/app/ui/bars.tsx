/** A small bar chart of a few numbers, as an SVG that scales with its place. */

export interface BarValue {
  readonly name: string;
  readonly value: number;
}

const height = 90;
const step = 20;

export function Bars({ title, values }: { title: string; values: readonly BarValue[] }) {
  const most = Math.max(0, ...values.map((one) => one.value));
  const width = Math.max(1, values.length) * step;
  const words = values.map(({ name, value }) => `${name}: ${value}`).join(", ");
  return (
    <figure class="bars">
      <figcaption>
        {title}
        <small>at most {shortNumber(most)}</small>
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height + 16}`} role="img" aria-label={`${title}. ${words}`}>
        {values.map(({ name, value }, at) => {
          const size = most === 0 ? 0 : value / most * height;
          return (
            <g key={name}>
              <rect x={at * step + 3} y={height - size} width={step - 6} height={size}>
                <title>{name}: {value}</title>
              </rect>
              {at % Math.ceil(values.length / 12) === 0 && (
                <text x={at * step + step / 2} y={height + 13}>{name}</text>
              )}
            </g>
          );
        })}
      </svg>
    </figure>
  );
}

const shortNumber = (value: number): string =>
  value >= 1_000 ? Intl.NumberFormat("en", { notation: "compact" }).format(value) : String(value);
