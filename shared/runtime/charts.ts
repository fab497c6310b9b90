/**
 * Small pictures as inline SVG: bars over names, stretches of a day, lines over time. No script, no
 * other file.
 */

import { escapeHtml } from "./html_page.ts";

export interface Bar {
  readonly label: string;
  readonly value: number | null;
  /** Said when the pointer rests on it. */
  readonly title: string;
}

const width = 720;
const height = 180;
const left = 8;
const bottom = 22;
const top = 18;
/** Few bars stand at the left, no wider than this. */
const stepMax = 30;
/** Labels that have room side by side. */
const labelsMax = 24;

const numberText = (value: number): string =>
  value.toLocaleString("en", { maximumFractionDigits: value < 100 ? 2 : 0 });

/** Upright bars, all from zero; the highest is named. */
export function barChart(heading: string, bars: readonly Bar[], colour: string): string {
  const highest = Math.max(0, ...bars.map((bar) => bar.value ?? 0));
  if (bars.length === 0 || highest === 0) return figure(heading, `<p>Nothing to show.</p>`);
  const step = Math.min(stepMax, (width - 2 * left) / bars.length);
  const every = Math.ceil(bars.length / labelsMax);
  const drawn = bars.map(({ label, value, title }, n) => {
    const x = (left + n * step).toFixed(1);
    const tall = (value ?? 0) / highest * (height - top - bottom);
    const y = (height - bottom - tall).toFixed(1);
    const box = `<rect x="${x}" y="${y}" width="${Math.max(1, step * 0.8).toFixed(1)}" ` +
      `height="${tall.toFixed(1)}"><title>${escapeHtml(title)}</title></rect>`;
    const name = n % every === 0
      ? `<text x="${x}" y="${height - 6}">${escapeHtml(label)}</text>`
      : "";
    return box + name;
  });
  return figure(
    heading,
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(heading)}" ` +
      `fill="${colour}"><text x="${left}" y="12">${numberText(highest)}</text>` +
      `${drawn.join("")}</svg>`,
  );
}

/** Lying bars with their names before them, the longest first. */
export function rankChart(heading: string, counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts).sort(([, a], [, b]) => b - a);
  if (entries.length === 0) return figure(heading, `<p>None.</p>`);
  const most = entries[0]![1];
  const rows = entries.map(([name, count], n) => {
    const y = n * 24;
    const long = Math.max(1, count / most * (width - 320));
    return `<text x="0" y="${y + 16}">${escapeHtml(name.replaceAll("_", " "))}</text>` +
      `<rect x="150" y="${y + 4}" width="${long.toFixed(1)}" height="15"></rect>` +
      `<text x="${(158 + long).toFixed(1)}" y="${y + 16}">${numberText(count)}</text>`;
  });
  return figure(
    heading,
    `<svg viewBox="0 0 ${width} ${entries.length * 24 + 4}" role="img" ` +
      `aria-label="${escapeHtml(heading)}" fill="#b4532a">${rows.join("")}</svg>`,
  );
}

export interface Stretch {
  /** Parts of the whole, 0 to 1. */
  readonly from: number;
  readonly to: number;
  readonly title: string;
}

/** A line from the beginning to the end of something, with stretches marked on it. */
export function lineChart(heading: string, stretches: readonly Stretch[]): string {
  if (stretches.length === 0) return figure(heading, `<p>None.</p>`);
  const marks = stretches.map(({ from, to, title }) => {
    const x = left + from * (width - 2 * left);
    const long = Math.max(2, (to - from) * (width - 2 * left));
    return `<rect x="${x.toFixed(1)}" y="6" width="${long.toFixed(1)}" height="26" ` +
      `fill="#b4532a"><title>${escapeHtml(title)}</title></rect>`;
  });
  return figure(
    heading,
    `<svg viewBox="0 0 ${width} 38" role="img" aria-label="${escapeHtml(heading)}">` +
      `<rect x="${left}" y="16" width="${width - 2 * left}" height="6" fill="#9bb3a7"></rect>` +
      `${marks.join("")}</svg>`,
  );
}

export interface Line {
  readonly name: string;
  readonly colour: string;
  /** One of each moment. */
  readonly values: readonly number[];
  /** Whether the space between the line and zero is filled. */
  readonly isFilled?: boolean;
}

export interface LinePicture {
  /** What the moments are called, from the first to the last. */
  readonly moments: readonly string[];
  readonly lines: readonly Line[];
  /** Whether zero is part of the picture; otherwise it reaches from the lowest to the highest. */
  readonly fromZero?: boolean;
}

/** Lines over time, all to one scale; its ends and the first and last moment are named. */
export function timeChart(heading: string, { moments, lines, fromZero }: LinePicture): string {
  if (moments.length < 2) return figure(heading, `<p>Nothing to show.</p>`);
  const all = lines.flatMap((line) => line.values);
  const lowest = Math.min(...all, ...(fromZero ? [0] : []));
  const highest = Math.max(...all, ...(fromZero ? [0] : []));
  const tall = highest - lowest || 1;
  const x = (at: number) => (left + at / (moments.length - 1) * (width - 2 * left)).toFixed(1);
  const y = (value: number) =>
    (height - bottom - (value - lowest) / tall * (height - top - bottom)).toFixed(1);
  const drawn = lines.map(({ name, colour, values, isFilled }) => {
    const points = values.map((value, at) => `${x(at)},${y(value)}`).join(" ");
    const title = `<title>${escapeHtml(name)}</title>`;
    const zero = y(Math.min(highest, Math.max(lowest, 0)));
    return isFilled
      ? `<polygon points="${x(0)},${zero} ${points} ${x(values.length - 1)},${zero}" ` +
        `fill="${colour}" fill-opacity="0.5">${title}</polygon>`
      : `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="1.5">` +
        `${title}</polyline>`;
  });
  const names = `<text x="${left}" y="12">${numberText(highest)}</text>` +
    `<text x="${left}" y="${height - bottom - 2}">${numberText(lowest)}</text>` +
    `<text x="${left}" y="${height - 6}">${escapeHtml(moments[0]!)}</text>` +
    `<text x="${width - left}" y="${height - 6}" text-anchor="end">` +
    `${escapeHtml(moments[moments.length - 1]!)}</text>`;
  return figure(
    heading,
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(heading)}">` +
      `${drawn.join("")}${names}</svg>`,
  );
}

const figure = (heading: string, inside: string): string =>
  `<figure><figcaption>${escapeHtml(heading)}</figcaption>${inside}</figure>`;
