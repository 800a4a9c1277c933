import { describe, expect, it } from '@jest/globals';
import { referenceFiles } from '../../../scripts/generate-reference.ts';
import { typeFiles } from '../../../scripts/generate-types.ts';
import { bringUpToDate } from '../../../scripts/generated-file.ts';

describe('the generated files', () => {
  it('of types are up to date with the CRD (else: node scripts/generate-types.ts)', async () => {
    expect(await bringUpToDate(await typeFiles(), true)).toEqual([]);
  });

  it('of the reference are up to date with the CRD and the reasons (else: node scripts/generate-reference.ts)', async () => {
    expect(await bringUpToDate(await referenceFiles(), true)).toEqual([]);
  });
});
