import { describe, expect, it } from '@jest/globals';
import { renderAttached } from '../../../../src/pair/children/attached.ts';
import type { WorkloadFacts } from '../../../../src/pair/facts.ts';
import type { MilvusVersion } from '../../../../src/milvus/version.ts';
import { anAttachedPair, aWorkload } from '../support/attached.ts';

const version: MilvusVersion = { major: 2, minor: 4, patch: 15 };
const selector = { component: 'rootcoord', 'app.kubernetes.io/instance': 'my-release' };
const pair = anAttachedPair();

function render(workload: Partial<WorkloadFacts> = {}, input = { pair, role: pair.spec.role, version }) {
  const container = { name: 'rootcoord' };
  return renderAttached(input, { view: aWorkload(), container, foreignPods: [], ...workload }) as unknown as readonly {
    readonly kind: string;
    readonly metadata: object;
    readonly spec: { readonly ports?: readonly { name: string; port: number; targetPort: unknown }[] };
  }[];
}

describe('the children of a pair that looks after a workload', () => {
  it('are a Service by the labels of the workload and the role, and a budget over both pods; no pods', () => {
    const [service, budget, ...others] = render();
    expect(others).toEqual([]);
    expect(service).toMatchObject({
      kind: 'Service',
      metadata: { name: 'rootcoord-active', ownerReferences: [{ uid: pair.metadata.uid, controller: true }] },
      spec: { selector: { ...selector, 'ha.milvus.io/role': 'active' } },
    });
    expect(budget).toMatchObject({
      kind: 'PodDisruptionBudget',
      metadata: { name: 'rootcoord' },
      spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow', selector: { matchLabels: selector } },
    });
  });

  it('use the names of ports that the container has, and numbers where it has none', () => {
    const ports = [{ name: 'metrics', containerPort: 9091 }];
    const [service] = render({ container: { name: 'rootcoord', ports } });
    expect(service?.spec.ports?.map(({ name, targetPort }) => [name, targetPort])).toEqual([
      ['rootcoord', 53100],
      ['metrics', 'metrics'],
    ]);
  });

  it('have a port for each role of a mixture process', () => {
    const [service] = render({}, { pair, role: 'mixcoord', version });
    expect(service?.spec.ports?.map(({ port }) => port)).toEqual([53100, 19531, 13333, 9091]);
  });

  it('have no budget while the selector matches pods of somebody else', () => {
    expect(render({ foreignPods: ['debug'] }).map(({ kind }) => kind)).toEqual(['Service']);
  });

  it('are none while it is not certain which container runs Milvus', () => {
    expect(renderAttached({ pair, role: 'rootcoord', version }, { view: aWorkload(), foreignPods: [] })).toEqual([]);
  });

  it('are none while another pair has the workload', () => {
    expect(render({ takenBy: 'older' })).toEqual([]);
  });
});
