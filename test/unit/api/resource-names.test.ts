import { describe, expect, it } from '@jest/globals';
import { readCrd } from '../../../scripts/crd.ts';

const OURS = ['coordinatorpairs', 'etcdguards', 'etcdrecoveries'] as const;

/**
 * What `kubectl get NAME` means already where these are installed: plurals, singulars, short names and categories. Of
 * Kubernetes 1.34, and of the CRDs of milvus-operator, etcd-operator and etcd-druid (read in their repositories in
 * November 2026).
 */
const taken: Readonly<Record<string, readonly string[]>> = {
  'milvus-operator': [
    ...['milvus', 'milvuses', 'mi', 'milvuscluster', 'milvusclusters', 'mc', 'mic'],
    ...['milvusupgrade', 'milvusupgrades'],
  ],
  'etcd-operator': ['etcdcluster', 'etcdclusters'],
  'etcd-druid': [
    ...['etcd', 'etcds', 'etcdcopybackupstask', 'etcdcopybackupstasks', 'etcdopstask', 'etcdopstasks', 'eot'],
  ],
  Kubernetes: [
    ...['all', 'api-extensions', 'cm', 'cs', 'cr', 'crd', 'crs', 'deploy', 'ds', 'ep', 'ev', 'hpa', 'ing', 'limits'],
    ...['netpol', 'no', 'ns', 'pc', 'pdb', 'po', 'psp', 'pv', 'pvc', 'quota', 'rc', 'rs', 'sa', 'sc', 'sts', 'svc'],
  ],
};

describe('the names of our kinds', () => {
  it.each(OURS)('%s mean nothing else to kubectl, whatever is installed beside them', async (file) => {
    const { names } = (await readCrd(`crds/${file}.yaml`)).spec;
    const { plural, singular, shortNames = [], categories = [] } = names;
    const ours = [plural, singular, ...shortNames, ...categories];
    const clashes = Object.entries(taken).flatMap(([by, theirs]) =>
      ours.filter((name) => name !== undefined && theirs.includes(name)).map((name) => `${name} (${by})`),
    );
    expect(clashes).toEqual([]);
  });
});
