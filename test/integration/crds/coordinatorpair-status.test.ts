import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { useApiServer, type SharedApiServer } from '../support/shared-api-server.ts';
import { installCrds } from '../support/crds.ts';
import { pair } from './pairs.ts';

let server: SharedApiServer;

beforeAll(async () => {
  server = await useApiServer();
  await installCrds(server, 'coordinatorpairs');
}, 120_000);

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const apply = (manifest: object): Promise<string> => server.kubectl(['apply', '-f', '-'], JSON.stringify(manifest));
const get = async (name: string, ...more: string[]): Promise<string> =>
  server.kubectl(['get', 'coordinatorpair', name, ...more]);

describe('the status of a CoordinatorPair', () => {
  const columnsOf = async (...more: string[]): Promise<string[][]> =>
    (await get('shown', ...more))
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));

  it('is shown in the columns, and is changed through its own subresource only', async () => {
    const manifest = pair({}, 'shown');
    await apply({ ...manifest, status: { summary: 'ignored' } });
    expect(await get('shown', '-o', 'jsonpath={.status}')).toBe('');

    const condition = (type: string, status: string): object => ({
      type,
      status,
      reason: 'Because',
      message: '',
      lastTransitionTime: '2026-11-16T08:00:00Z',
    });
    const since = { address: '10.0.0.1:53100', serverID: '12', sinceTime: '2026-11-16T08:00:00Z' };
    const status = {
      summary: 'All is well.',
      active: { podName: 'shown-0', ...since },
      standby: { podName: 'shown-1', ...since },
      nodes: 'node-a,node-b',
      session: { version: '2.4.15' },
      lastFailover: {
        from: 'shown-1',
        to: 'shown-0',
        reason: 'ProcessDied',
        noticedTime: '2020-01-01T00:00:00Z',
        endTime: '2020-01-01T00:00:01Z',
        durationMilliseconds: 1000,
        how: 'LeaseRevoked',
      },
      conditions: [condition('Ready', 'True'), condition('EtcdHealthy', 'Unknown'), condition('Paused', 'False')],
    };
    await server.kubectl([
      'patch',
      'cpair',
      'shown',
      '--subresource=status',
      '--type=merge',
      '-p',
      JSON.stringify({ status }),
    ]);

    const [names, values] = await columnsOf();
    expect(names).toEqual(['NAME', 'ROLE', 'READY', 'ACTIVE', 'STANDBY', 'ETCD', 'LAST-FAILOVER', 'AGE']);
    expect(values?.slice(0, 6)).toEqual(['shown', 'rootcoord', 'True', 'shown-0', 'shown-1', 'Unknown']);
    expect(values?.[6]).toMatch(/^\d+y/);
    const [wideNames, wideValues] = await columnsOf('-o', 'wide');
    expect(wideNames?.slice(8)).toEqual(['NODES', 'SUMMARY', 'PAUSED', 'VERSION', 'SPLIT']);
    expect(wideValues?.slice(8)).toEqual(['node-a,node-b', 'All is well.', 'False', '2.4.15']);
  });

  it('holds proposals, answers and a plan, and no two proposals of one id', async () => {
    await apply(pair({ rollout: { policy: 'Supervised' }, remediation: { deadHolder: 'Approve' } }, 'asking'));
    const time = '2026-11-16T08:00:00Z';
    const answer = { reason: 'Because', time };
    const proposal = {
      id: '0123456789abcdef',
      action: 'MoveActive',
      reason: 'RolloutReady',
      evidence: 'asking-1 was renewed',
      risk: 'nobody serves for a moment',
      expiresTime: time,
    };
    const status = {
      proposals: [proposal],
      lastApproval: { id: proposal.id, action: 'MoveActive', result: 'Approved', ...answer },
      lastRestart: { token: 'now', result: 'Started', ...answer },
      restartToken: 'now',
      failedRollout: { templateHash: 'abc', ...answer },
      failedDrain: { podName: 'asking-0', nodeName: 'node-a', time, nextTime: time },
      servingTemplateHash: 'def',
      plan: [{ action: 'EndPod asking-1', reason: 'rollout' }],
    };
    const patch = (changes: object): Promise<string> =>
      server.kubectl([
        ...['patch', 'cpair', 'asking', '--subresource=status', '--type=merge'],
        ...['-p', JSON.stringify({ status: changes })],
      ]);
    await patch(status);
    expect(JSON.parse(await get('asking', '-o', 'jsonpath={.status}'))).toEqual(status);
    await expect(patch({ proposals: [proposal, proposal] })).rejects.toThrow('Duplicate value');
    await expect(patch({ proposals: [{ ...proposal, action: 'Guess' }] })).rejects.toThrow('Unsupported value');
  });

  it('does not take a lease or a revision as a number, which would lose digits', async () => {
    await apply(pair({}, 'digits'));
    const patch = JSON.stringify({ status: { members: [{ state: 'Standby', leaseID: 8448064511126318204 }] } });
    await expect(
      server.kubectl(['patch', 'cpair', 'digits', '--subresource=status', '--type=merge', '-p', patch]),
    ).rejects.toThrow('status.members[0].leaseID');
  });
});
