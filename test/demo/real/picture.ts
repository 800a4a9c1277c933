import {
  gaps,
  lengthOf,
  operationKinds,
  type Interval,
  type Operation,
  type OperationKind,
} from '../../e2e/support/clients/operations.ts';

/** One act of the demo, as it is drawn. */
export interface DrawnAct {
  readonly title: string;
  readonly interval: Interval;
  readonly operations: Readonly<Record<OperationKind, readonly Operation[]>>;
  readonly longestGapMs: Readonly<Record<OperationKind, number>>;
}

/** A stretch without success is drawn when it is longer than this; between two operations there is always some time. */
const drawnFromMs = 1_000;

const left = 80;
const width = 700;
const right = 90;
const rowHeight = 22;
const actHeight = 44 + operationKinds.length * rowHeight;

/**
 * Draws what clients saw, as SVG: for each act and operation a bar, green while it succeeded, red while it did not. All acts
 * have one scale, so that they can be compared.
 */
export function picture(acts: readonly DrawnAct[]): string {
  const longestMs = Math.max(1_000, ...acts.map(({ interval: { fromMs, toMs } }) => toMs - fromMs));
  const scale = (ms: number) => Math.round((ms / longestMs) * width * 10) / 10;
  const height = acts.length * actHeight + 40;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left + width + right}" height="${height}" font-family="sans-serif" font-size="13">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    ...acts.map((act, index) => drawnAct(act, index * actHeight, scale)),
    axis(longestMs, acts.length * actHeight + 8, scale),
    '</svg>\n',
  ].join('\n');
}

type Scale = (ms: number) => number;

function drawnAct(act: DrawnAct, top: number, scale: Scale): string {
  const rows = operationKinds.map((kind, row) => drawnRow(act, kind, top + 32 + row * rowHeight, scale));
  return [`<text x="${left}" y="${top + 24}" font-weight="bold">${escaped(act.title)}</text>`, ...rows].join('\n');
}

function drawnRow(act: DrawnAct, kind: OperationKind, top: number, scale: Scale): string {
  const { fromMs, toMs } = act.interval;
  const bar = (at: Interval, colour: string) =>
    `<rect x="${left + scale(at.fromMs - fromMs)}" y="${top}" width="${scale(at.toMs - at.fromMs)}" height="16" fill="${colour}"/>`;
  return [
    `<text x="${left - 8}" y="${top + 13}" text-anchor="end">${kind}</text>`,
    bar(act.interval, '#2e9e5b'),
    ...gaps(act.operations[kind], act.interval)
      .filter((gap) => lengthOf(gap) > drawnFromMs)
      .map((gap) => bar(gap, '#d43d3d')),
    `<text x="${left + scale(toMs - fromMs) + 8}" y="${top + 13}">${(act.longestGapMs[kind] / 1_000).toFixed(1)} s</text>`,
  ].join('\n');
}

function axis(longestMs: number, top: number, scale: Scale): string {
  const marks = Array.from({ length: Math.floor(longestMs / 5_000) + 1 }, (_, at) => at * 5);
  return marks
    .map(
      (second) => `<text x="${left + scale(second * 1_000)}" y="${top + 16}" text-anchor="middle">${second} s</text>`,
    )
    .join('\n');
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
