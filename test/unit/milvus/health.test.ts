import { describe, expect, it } from '@jest/globals';
import { parseHealth } from '../../../src/milvus/health.ts';

const detail = (...codes: readonly number[]) =>
  JSON.stringify({ state: 'any', detail: codes.map((code, index) => ({ name: `role-${index}`, code })) });

describe('what a coordinator says of itself', () => {
  it.each([
    ['an ACTIVE of 2.3.5', '{"state":"OK","detail":[{"name":"rootcoord","code":1}]}', 'Healthy'],
    ['a STANDBY of 2.3.5', '{"state":"OK","detail":[{"name":"rootcoord","code":3}]}', 'Standby'],
    [
      'a process of 2.3.5 that was told to stop',
      '{"state":"component rootcoord state is Abnormal","detail":[{"name":"rootcoord","code":2}]}',
      'Abnormal',
    ],
    [
      'a process of 2.3.5 that loads its metadata',
      '{"state":"component rootcoord state is Initializing","detail":[{"name":"rootcoord","code":0}]}',
      'Other',
    ],
    ['a process in its first moments', '{"state":"OK","detail":null}', 'Other'],
    ['text of a process that serves', 'OK\n', 'Healthy'],
    ['text of a process that stops', 'component rootcoord state is Abnormal', 'Abnormal'],
    ['text of a process that starts', 'component rootcoord state is Initializing', 'Other'],
    ['a mixture that is ACTIVE in one role and stands by in another', detail(1, 3), 'Standby'],
    ['a mixture that is ACTIVE in every role', detail(1, 1, 1), 'Healthy'],
    ['a mixture of which one role has stopped', detail(2, 1), 'Other'],
    ['a mixture of which every role has stopped', detail(2, 2, 2), 'Abnormal'],
    [
      'a mixture that has stopped, beside the indexcoord in which there is nothing',
      '{"detail":[{"name":"rootcoord","code":2},{"name":"indexcoord","code":1},{"name":"querycoord","code":2}]}',
      'Abnormal',
    ],
    ['an indexcoord of 2.2', '{"detail":[{"name":"indexcoord","code":2}]}', 'Abnormal'],
    ['a mixture of which one role stopped, as text of another', 'component a, component b state is Abnormal', 'Other'],
    ['no roles', '{"state":"OK","detail":[]}', 'Other'],
    ['an entry that is none', '{"detail":[null]}', 'Other'],
    ['a number where an object should be', '7', 'Other'],
    ['null', 'null', 'Other'],
    ['a page of something else', '<html>404</html>', 'Other'],
    ['nothing', '', 'Other'],
  ])('%s', (_, body, state) => {
    expect(parseHealth(body).state).toBe(state);
  });
});

describe('what a mixture says of each of its roles', () => {
  it('is told by their names while they stop one after the other', () => {
    const body = `{"state":"component rootcoord state is Abnormal","detail":[
      {"name":"rootcoord","code":2},{"name":"datacoord","code":0},{"name":"indexcoord","code":1},{"name":"querycoord","code":3}]}`;
    expect(parseHealth(body).roles).toEqual({
      rootcoord: 'Abnormal',
      datacoord: 'Other',
      indexcoord: 'Healthy',
      querycoord: 'Standby',
    });
  });

  it.each([
    ['a process of one role', '{"detail":[{"name":"rootcoord","code":2}]}'],
    [
      'a datacoord with the indexcoord in it',
      '{"detail":[{"name":"datacoord","code":2},{"name":"indexcoord","code":1}]}',
    ],
    ['text', 'component rootcoord state is Abnormal'],
  ])('is not told by %s', (_, body) => {
    expect(parseHealth(body).roles).toBeUndefined();
  });
});
