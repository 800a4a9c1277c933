import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readCrd } from '../../../scripts/crd.ts';

const OURS = ['coordinatorpairs', 'etcdguards', 'etcdrecoveries'] as const;

/**
 * What `kubectl get NAME` means already where these are installed: plurals, singulars, short names and categories. Of
 * Kubernetes 1.34, and of every CRD in the repositories of milvus-operator, of both operators of etcd and of two dozen
 * that are in wide use (read there in November 2026).
 */
const taken = JSON.parse(readFileSync(join(import.meta.dirname, 'names-of-others.json'), 'utf8')) as Readonly<
  Record<string, string>
>;

describe('the names of our kinds', () => {
  it.each(OURS)('%s mean nothing else to kubectl, whatever is installed beside them', async (file) => {
    const { names } = (await readCrd(`crds/${file}.yaml`)).spec;
    const { plural, singular, shortNames = [], categories = [] } = names;
    const ours = [plural, singular, ...shortNames, ...categories];
    const clashes = Object.entries(taken).flatMap(([by, theirs]) =>
      ours.filter((name) => name !== undefined && theirs.split(' ').includes(name)).map((name) => `${name} (${by})`),
    );
    expect(clashes).toEqual([]);
  });
});
