import { describe, expect, it } from '@jest/globals';
import type { ManagedFields, Workload } from '../../../../src/etcdcare/milvus/objects.ts';
import { scaledBy } from '../../../../src/etcdcare/milvus/scaled-by.ts';
import { aWorkload, madeBy } from '../support/milvus-release.ts';

const replicas = { 'f:spec': { 'f:replicas': {} } };
const by = (manager: string, time = '2026-01-01T00:00:00Z'): ManagedFields => ({ manager, time, fieldsV1: replicas });
const workload = (managedFields: readonly ManagedFields[], metadata: object = {}): Workload =>
  aWorkload('Deployment', 'proxy', 3, { managedFields, ...metadata });

describe('who has scaled a workload up', () => {
  it.each<[string, object, string]>([
    [
      'argocd-controller',
      { annotations: { 'argocd.argoproj.io/tracking-id': 'search:apps/Deployment:milvus/proxy' } },
      'kubectl -n argocd patch application search --type merge',
    ],
    [
      'argocd-application-controller',
      { labels: { 'app.kubernetes.io/instance': 'search' } },
      'patch application search',
    ],
    ['argocd-controller', { labels: {} }, 'patch application APPLICATION'],
    [
      'kustomize-controller',
      { labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps', 'kustomize.toolkit.fluxcd.io/namespace': 'flux' } },
      'flux suspend kustomization apps --namespace flux',
    ],
    ['helm-controller', { labels: { 'helm.toolkit.fluxcd.io/name': 'milvus' } }, 'flux suspend helmrelease milvus'],
    ['keda', {}, 'autoscaling.keda.sh/paused=true'],
    ['kube-controller-manager', {}, 'HorizontalPodAutoscaler scales it'],
    ['helm', {}, 'somebody ran helm upgrade'],
    [
      'kubectl-client-side-apply',
      {},
      'somebody did so by hand; then scale it down: kubectl -n milvus scale deployment proxy --replicas=0',
    ],
    ['rancher', {}, 'find out who that is'],
    [
      'manager',
      madeBy('Milvus', 'mine'),
      'milvus-operator runs it for Milvus mine; name that in spec.milvus.milvusName',
    ],
  ])('is %s, with the command that stops it', (manager, metadata, command) => {
    const sentence = scaledBy(workload([by(manager)], metadata));
    expect(sentence).toContain(`Deployment proxy asks for 3 replicas, set by the field manager ${manager}: `);
    expect(sentence).toContain(command);
  });

  it('is the last of those who set the replicas', () => {
    const sentence = scaledBy(
      workload([
        by('coordinator-pair-operator', '2026-01-01T00:00:00Z'),
        by('helm', '2026-01-01T00:00:02Z'),
        by('argocd-controller', '2026-01-01T00:00:01Z'),
        { manager: 'kubectl-edit', time: '2026-01-01T00:00:03Z', fieldsV1: { 'f:spec': { 'f:template': {} } } },
      ]),
    );
    expect(sentence).toContain('field manager helm');
  });

  it.each([
    ['nobody tells', workload([])],
    ['it was this operator', workload([by('coordinator-pair-operator')])],
  ])('is left out when %s', (_, object) => {
    expect(scaledBy(object)).toBe('Deployment proxy asks for 3 replicas');
  });
});
