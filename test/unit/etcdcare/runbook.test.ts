import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { firstVersion, readCrd } from '../../../scripts/crd.ts';

describe('the runbook of diagnoses', () => {
  it('has a section for every ailment that the API can name, and for no other', async () => {
    const { properties } = firstVersion(await readCrd('crds/etcdguards.yaml')).schema.openAPIV3Schema;
    const named = properties?.['status']?.properties?.['diagnosis']?.properties?.['case']?.enum;
    const text = await readFile('docs/runbooks/etcd-diagnoses.md', 'utf8');
    const sections = [...text.matchAll(/^## (\w+)$/gm)].map(([, heading]) => heading);
    expect(sections.toSorted()).toEqual(named?.toSorted());
  });
});
