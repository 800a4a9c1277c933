import { expect, it } from '@jest/globals';
import { picture } from '../../demo/real/picture.ts';

const every200Ms = (fromMs: number, toMs: number) =>
  Array.from({ length: (toMs - fromMs) / 200 }, (_, at) => ({
    startMs: fromMs + at * 200,
    endMs: fromMs + at * 200 + 50,
  }));

const act = {
  title: 'A crash & <nobody> looks',
  interval: { fromMs: 10_000, toMs: 20_000 },
  operations: {
    search: [...every200Ms(10_000, 12_000), ...every200Ms(17_000, 20_000)],
    insert: every200Ms(10_000, 20_000),
    ddl: [],
  },
  longestGapMs: { search: 5_000, insert: 200, ddl: 10_000 },
};

const red = (drawn: string) => [...drawn.matchAll(/x="([\d.]+)" y="\d+" width="([\d.]+)" height="16" fill="#d43d3d"/g)];

it('what nobody could do is red, in its place and length, and what was served is not', () => {
  // 700 wide for ten seconds, from 80 on: the last search before the gap ended at 1.85 s, the next one at 7.05 s.
  expect(red(picture([act])).map(([, at, width]) => [Number(at), Number(width)])).toEqual([
    [209.5, 364],
    [80, 700],
  ]);
});

it('says the longest gap of each operation, and the title as it was given', () => {
  const drawn = picture([act]);
  for (const text of ['5.0 s', '0.2 s', '10.0 s', 'A crash &amp; &lt;nobody&gt; looks']) expect(drawn).toContain(text);
});

it('acts of different length have one scale', () => {
  const short = { ...act, interval: { fromMs: 10_000, toMs: 15_000 } };
  const longestAlone = red(picture([short])).at(-1)?.[2];
  const besideLonger = red(picture([short, act])).map(([, , width]) => width);
  expect(longestAlone).toBe('700');
  expect(besideLonger).toContain('350');
});
