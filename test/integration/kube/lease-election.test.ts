import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { KubeClient } from '../../../src/kube/client.ts';
import { leaseKind } from '../../../src/kube/kinds.ts';
import type { Lease } from '../../../src/kube/lease-record.ts';
import { until } from '../../support/until.ts';
import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { startFaultyProxy } from '../support/faulty-proxy.ts';
import { namespaceFor } from './config-maps.ts';

/** What a candidate said of itself. */
interface Word {
  readonly what: 'started' | 'stopped' | 'looked';
  readonly leader: boolean;
  /** Wall clock of this one machine right before it asked itself, milliseconds. */
  readonly at: number;
}

/** A process that stands for election. */
interface Candidate {
  readonly process: ChildProcess;
  readonly words: Word[];
  readonly identity: string;
}

let server: ApiServer;
let client: KubeClient & AsyncDisposable;
let namespace: string;
let candidates: Candidate[];

beforeAll(async () => {
  server = await startApiServer();
  client = server.client();
}, 120_000);
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});
beforeEach(async () => {
  namespace = await namespaceFor(server, 'election');
  candidates = [];
});
afterEach(async () => {
  for (const { process } of candidates) await kill(process);
});

function start(identity: string, kubeconfig = server.kubeconfig): Candidate {
  const program = fileURLToPath(new URL('election-candidate.ts', import.meta.url));
  const child = spawn(process.execPath, [program, kubeconfig, namespace, identity], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const words: Word[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => words.push(JSON.parse(line) as Word));
  const candidate = { process: child, words, identity };
  candidates.push(candidate);
  return candidate;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

const leads = ({ words }: Candidate): boolean => words.at(-1)?.leader === true;

/** One leads and the other runs and does not. */
async function leaderAndFollower(...both: readonly [Candidate, Candidate]): Promise<readonly [Candidate, Candidate]> {
  await until('one leads, the other follows', () => both.every(({ words }) => words.length > 0) && both.some(leads), {
    timeoutMs: 30_000,
  });
  const leader = both.find(leads);
  const follower = both.find((each) => !leads(each));
  if (leader === undefined || follower === undefined) throw new Error('two lead');
  return [leader, follower];
}

/** No moment at which both said that they lead: their claims do not overlap in time. */
function expectNeverTwo(a: Candidate, b: Candidate): void {
  const claims = [...a.words.map((word) => ({ ...word, by: 'a' })), ...b.words.map((word) => ({ ...word, by: 'b' }))]
    .filter(({ leader }) => leader)
    .sort((x, y) => x.at - y.at)
    .map(({ by }) => by)
    .join('');
  expect(claims).toMatch(/^(a*b*|b*a*)$/);
}

async function lease(): Promise<Lease | undefined> {
  return client.get<Lease>(leaseKind, 'operator', namespace);
}

describe('two candidates', () => {
  it('choose one leader; when it is killed the other leads once the lease has run out, not before', async () => {
    const [leader, follower] = await leaderAndFollower(start('one'), start('two'));
    await kill(leader.process);
    const lastRenewal = Date.parse((await lease())?.spec?.renewTime ?? '');
    await until('the other leads', () => leads(follower), { timeoutMs: 10_000 });
    const started = follower.words.find(({ what }) => what === 'started');
    expect((started?.at ?? 0) - lastRenewal).toBeGreaterThanOrEqual(3_000);
    expectNeverTwo(leader, follower);
    expect((await lease())?.spec).toMatchObject({ holderIdentity: follower.identity, leaseTransitions: 1 });
  }, 60_000);

  it('hand over at once when the leader is told to stop', async () => {
    const [leader, follower] = await leaderAndFollower(start('one'), start('two'));
    leader.process.kill('SIGTERM');
    await until('the other leads', () => leads(follower), { timeoutMs: 10_000 });
    await until('the first has ended by itself', () => leader.process.exitCode !== null);
    expect(leader.process.exitCode).toBe(0);
    expectNeverTwo(leader, follower);
  }, 60_000);

  it('never both lead when the leader is frozen: it knows as soon as it wakes', async () => {
    const [leader, follower] = await leaderAndFollower(start('one'), start('two'));
    leader.process.kill('SIGSTOP');
    await until('the other leads', () => leads(follower), { timeoutMs: 15_000 });
    const wokenMs = Date.now();
    leader.process.kill('SIGCONT');
    // It may have been frozen between asking itself and saying so: what counts is when it asked.
    const since = () => leader.words.filter(({ at }) => at >= wokenMs);
    await until('the first speaks again', () => since().length > 5);
    expect(since().filter((word) => word.leader)).toEqual([]);
    expectNeverTwo(leader, follower);
    expect(leads(follower)).toBe(true);
  }, 60_000);

  it('the leader stops by itself when it cannot reach the API server, before the other takes over', async () => {
    await using proxy = await startFaultyProxy(server);
    const cutOff = start('one', await server.kubeconfigFor(proxy.url));
    await until('it leads', () => leads(cutOff), { timeoutMs: 15_000 });
    const other = start('two');
    await until('the other stands by', () => other.words.length > 0, { timeoutMs: 15_000 });
    proxy.freeze();
    await until('the other leads', () => leads(other), { timeoutMs: 15_000 });
    expect(cutOff.words.some(({ what }) => what === 'stopped')).toBe(true);
    expectNeverTwo(cutOff, other);
    proxy.thawForNewConnections();
    const before = cutOff.words.length;
    await until('the first goes on following', () => cutOff.words.length > before + 50);
    expect(leads(cutOff)).toBe(false);
  }, 60_000);

  it('write a Lease that the API server and people can read', async () => {
    await leaderAndFollower(start('one'), start('two'));
    const spec = (await lease())?.spec;
    expect(spec?.renewTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(spec).toMatchObject({ leaseDurationSeconds: 3, leaseTransitions: 0 });
    expect(await server.kubectl(['get', 'lease', 'operator', '-n', namespace])).toContain(
      spec?.holderIdentity ?? 'none',
    );
  }, 60_000);
});
