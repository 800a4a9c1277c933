import { describe, expect, it } from '@jest/globals';
import type { KubeClient } from '../../../src/kube/client.ts';
import { ApiError } from '../../../src/kube/errors.ts';
import { templateRevisions } from '../../../src/pair/revisions.ts';
import { fakeClient } from '../kube/fake-client.ts';

const { signal } = new AbortController();
const spec = { containers: [{ name: 'milvus', image: 'milvusdb/milvus:v2.4.15' }] };

function revision(hash: string | undefined, ownerUID = 'sts') {
  const annotations = hash === undefined ? {} : { 'ha.milvus.io/template-hash': hash };
  const metadata = { creationTimestamp: null, labels: { 'ha.milvus.io/pair': 'rootcoord' }, annotations };
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: 'rootcoord-1',
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'rootcoord', uid: ownerUID, controller: true },
      ],
    },
    data: { spec: { template: { $patch: 'replace', metadata, spec } } },
  };
}

function revisionsOf(list: () => Promise<object>) {
  const client = fakeClient({ list: list as KubeClient['list'] });
  return templateRevisions(client, { name: 'rootcoord', namespace: 'milvus' }, 'sts', signal);
}

describe('the templates that a StatefulSet has had', () => {
  it('are told by hash, without what only the patch or the server says', async () => {
    const items = [revision('old'), revision('new'), revision(undefined), revision('other', 'another-sts')];
    const found = await revisionsOf(() => Promise.resolve({ items }));
    expect(found.map(({ hash }) => hash)).toEqual(['old', 'new']);
    expect(found[0]?.template).toEqual({
      metadata: { labels: { 'ha.milvus.io/pair': 'rootcoord' }, annotations: { 'ha.milvus.io/template-hash': 'old' } },
      spec,
    });
  });

  it('are none where they may not be listed', async () => {
    const forbidden = new ApiError('forbidden', { code: 403, reason: 'Forbidden' });
    expect(await revisionsOf(() => Promise.reject(forbidden))).toEqual([]);
    const broken = new ApiError('broken', { code: 500, reason: 'InternalError' });
    await expect(revisionsOf(() => Promise.reject(broken))).rejects.toThrow('broken');
  });
});
