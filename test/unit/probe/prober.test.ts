import { afterEach, describe, expect, it } from '@jest/globals';
import { Prober } from '../../../src/probe/prober.ts';
import type { ProbeAnswer, Probes, ProbeTarget } from '../../../src/probe/types.ts';
import { settled, VirtualClock } from '../../support/virtual-clock.ts';

const standby: ProbeAnswer = { health: 'Standby', port: 'Open' };
const healthy: ProbeAnswer = { health: 'Healthy', port: 'Open' };
const stopped: ProbeAnswer = { health: 'Abnormal', port: 'Refused' };
const refused: ProbeAnswer = { health: 'Refused', port: 'Refused' };
const silent: ProbeAnswer = { health: 'Silent', port: 'Open' };

const target = (name: string, changes: Partial<ProbeTarget> = {}): ProbeTarget => ({
  podUID: name,
  containerID: `containerd://${name}`,
  host: `host of ${name}`,
  port: 53_100,
  pace: 'Fast',
  ...changes,
});

const opened: Probes[] = [];
afterEach(() => {
  for (const probes of opened.splice(0)) probes[Symbol.dispose]();
});

/** A prober to which each address answers as it is told to; `asked` has the addresses in the order of the polls. */
function start() {
  const clock = new VirtualClock();
  const answers = new Map<string, ProbeAnswer>();
  const asked: string[] = [];
  let changes = 0;
  const prober = new Prober(clock, ({ host }) => {
    asked.push(host);
    return Promise.resolve(answers.get(host) ?? healthy);
  });
  const probes = prober.open(() => (changes += 1));
  opened.push(probes);
  return { clock, answers, asked, probes, changes: () => changes };
}

describe('polling the processes of a pair', () => {
  it('asks nobody and leaves no timer while nobody is followed', async () => {
    const { clock, asked, probes } = start();
    await clock.advance(600_000);
    probes.follow([target('a')]);
    await clock.advance(10);
    probes.follow([]);
    await clock.advance(600_000);
    expect([asked.length, probes.findings, clock.pending]).toEqual([1, [], 0]);
  });

  it('asks at once and then each 50 ms, and less often after half a minute', async () => {
    const { clock, asked, probes } = start();
    probes.follow([target('a')]);
    await clock.advance(1_000);
    expect(asked).toHaveLength(21);
    await clock.advance(30_000);
    asked.length = 0;
    await clock.advance(10_000);
    expect(asked).toHaveLength(10);
  });

  it('asks a suspect once a second, and each five seconds later', async () => {
    const { clock, asked, probes } = start();
    probes.follow([target('a', { pace: 'Slow' })]);
    await clock.advance(30_000);
    expect(asked).toHaveLength(31);
    asked.length = 0;
    await clock.advance(60_000);
    expect(asked).toHaveLength(12);
  });

  it('asks one that gives no answer once a second', async () => {
    const { clock, answers, asked, probes } = start();
    answers.set('host of a', silent);
    probes.follow([target('a')]);
    await clock.advance(10_000);
    expect(asked).toHaveLength(11);
  });

  it('wakes when an answer is another one, and when it was given twice', async () => {
    const { clock, answers, probes, changes } = start();
    probes.follow([target('a')]);
    await clock.advance(1_000);
    expect(changes()).toBe(2);
    answers.set('host of a', stopped);
    await clock.advance(50);
    expect(changes()).toBe(3);
    await clock.advance(1_000);
    expect(changes()).toBe(4);
  });

  it('wakes when another role of a mixture stops', async () => {
    const { clock, answers, probes, changes } = start();
    answers.set('host of a', {
      health: 'Other',
      roles: { rootcoord: 'Abnormal', querycoord: 'Healthy' },
      port: 'Open',
    });
    probes.follow([target('a')]);
    await clock.advance(1_000);
    expect(changes()).toBe(2);
    answers.set('host of a', { health: 'Other', roles: { rootcoord: 'Abnormal', querycoord: 'Other' }, port: 'Open' });
    await clock.advance(50);
    expect(changes()).toBe(3);
  });

  it('tells since when it is so, how often it was found, and when the process served last', async () => {
    const { clock, answers, probes } = start();
    probes.follow([target('a')]);
    await clock.advance(100);
    const servedAt = clock.wallTime();
    answers.set('host of a', refused);
    await clock.advance(150);
    expect(probes.findings).toEqual([
      {
        ...refused,
        podUID: 'a',
        containerID: 'containerd://a',
        at: clock.wallTime(),
        since: new Date(servedAt.getTime() + 50),
        times: 3,
        servedAt,
      },
    ]);
  });

  it('goes on with what it knows when the same container is to be asked at another pace', async () => {
    const { clock, asked, probes } = start();
    probes.follow([target('a', { pace: 'Slow' })]);
    await clock.advance(10);
    probes.follow([target('a')]);
    await clock.advance(100);
    expect(asked).toHaveLength(4);
    expect(probes.findings).toMatchObject([{ times: 4 }]);
  });

  it('knows nothing of a container that has taken the place of another', async () => {
    const { clock, answers, probes } = start();
    probes.follow([target('a')]);
    await clock.advance(100);
    answers.set('host of a', stopped);
    probes.follow([target('a', { containerID: 'containerd://next' })]);
    await clock.advance(10);
    expect(probes.findings).toMatchObject([{ containerID: 'containerd://next', times: 1, ...stopped }]);
    expect(probes.findings[0]?.servedAt).toBeUndefined();
  });

  it('asks both processes of a pair by themselves', async () => {
    const { clock, answers, probes } = start();
    answers.set('host of b', standby);
    probes.follow([target('a'), target('b')]);
    await clock.advance(10);
    expect(probes.findings.map(({ podUID, health }) => [podUID, health])).toEqual([
      ['a', 'Healthy'],
      ['b', 'Standby'],
    ]);
  });

  it('has 64 polls under way at most, whatever the number of pairs', async () => {
    const clock = new VirtualClock();
    let underWay = 0;
    const prober = new Prober(clock, () => {
      underWay += 1;
      return new Promise(() => undefined);
    });
    using stack = new DisposableStack();
    for (let pair = 0; pair < 100; pair += 1)
      stack.use(prober.open(() => undefined)).follow([target(`a-${pair}`), target(`b-${pair}`)]);
    await settled();
    expect(underWay).toBe(64);
  });
});
