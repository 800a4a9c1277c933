import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KubeClient } from '../../../src/kube/client.ts';
import { leaseKind, nodeKind } from '../../../src/kube/kinds.ts';
import { namespaceFor } from '../kube/config-maps.ts';
import { useApiServer, type SharedApiServer } from '../support/shared-api-server.ts';
import { installCrds } from '../support/crds.ts';
import { startEtcd, type EtcdServer } from '../support/etcd.ts';
import { flows } from './flows.ts';
import type { CrashPoint } from '../../support/mortality.ts';
import { play, type Flow, type Outcome } from './play.ts';
import { nodeLease, Stage } from './stage.ts';

let server: SharedApiServer;
let etcd: EtcdServer;
let client: KubeClient & AsyncDisposable;

beforeAll(async () => {
  [server, etcd] = await Promise.all([useApiServer(), startEtcd()]);
  await installCrds(server, 'coordinatorpairs');
  client = server.client();
  for (const name of ['node-a', 'node-b']) {
    await client.create(nodeKind, { apiVersion: 'v1', kind: 'Node', metadata: { name } });
    await client.create(leaseKind, nodeLease(name));
    const conditions = [{ type: 'Ready', status: 'True' }];
    await client.mergePatch(nodeKind, name, undefined, { status: { conditions } }, { subresource: 'status' });
  }
}, 120_000);
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await etcd[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

async function playOnce(flow: Flow, crash?: CrashPoint): Promise<Outcome> {
  const namespace = await namespaceFor(server, 'crash');
  using stage = new Stage(client, etcd.member.endpoint, namespace);
  return await play(flow, stage, client, crash);
}

/** What may not happen twice. */
const disruptions = ({ changes }: Outcome) => changes.filter((change) => /^(delete|revoke)/.test(change));

describe.each(flows)('an operator killed during: $name', (flow) => {
  it('before or after any of its changes: another one finishes with the same end, and nothing is done twice', async () => {
    const undisturbed = await playOnce(flow);
    const { disruptions: expected, holders } = flow;
    expect([disruptions(undisturbed), undisturbed.holders]).toEqual([expected, holders]);
    const points = undisturbed.changes.flatMap((_, index): CrashPoint[] => [
      { change: index + 1, when: 'before' },
      { change: index + 1, when: 'after' },
    ]);
    expect(points.length).toBeGreaterThan(2);
    for (const crash of points) {
      const outcome = await playOnce(flow, crash);
      expect({ crash, ...outcome, changes: disruptions(outcome) }).toEqual({
        crash,
        holders,
        end: undisturbed.end,
        changes: expected,
      });
    }
  }, 480_000);
});
