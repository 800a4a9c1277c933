import { describe, expect, it } from '@jest/globals';
import type { StatefulSet } from '../../../../src/kube/core-types.ts';
import { layoutOf, withOutlivedKeys } from '../../../../src/pair/decide/layout.ts';
import { facts, known, look, shownAs, unreachable } from '../support/facts.ts';
import * as situations from '../support/situations.ts';

const making = (...args: readonly string[]) =>
  ({ spec: { template: { spec: { containers: [{ name: 'milvus', args }] } } } }) as unknown as StatefulSet;
const mixture = making('milvus', 'run', 'mixture', '-rootcoord');
const [v25, v26] = [5, 6].map((minor) => ({ major: 2, minor, patch: 10 }));

describe('the layout of a mixcoord pair', () => {
  it.each([
    ['that of a mixture on 2.5', v25, mixture, 'rootcoord', false],
    ['that of mixcoord on 2.6', v26, making('milvus', 'run', 'mixcoord'), 'mixcoord', false],
    ['that of mixcoord before there are pods', v26, undefined, 'mixcoord', false],
    ['the old one while the image is 2.6 and the pods are not', v26, mixture, 'rootcoord', true],
    ['its own role while the version is not known', undefined, mixture, 'mixcoord', false],
  ])('is %s', (_, version, live, first, isOutlived) => {
    const { roles, isOutlived: outlived } = layoutOf('mixcoord', version, live);
    expect([roles[0], outlived]).toEqual([first, isOutlived]);
  });

  it('says nothing of pairs of other roles', () => {
    expect(layoutOf('rootcoord', v26, mixture)).toEqual({ roles: ['rootcoord'], isOutlived: false });
  });
});

describe('a mixture whose image was changed to 2.6', () => {
  const world = situations.afterRest({ etcd: withOutlivedKeys(facts().etcd) });

  it('goes on as the pair it is, without a failover, and says what is in the way', () => {
    const { status, events } = look(world);
    expect([status.history, status.transition, status.lastFailover]).toEqual([undefined, undefined, undefined]);
    expect(status.active).toEqual(world.pair.status?.active);
    expect(shownAs(status, 'Ready')).toEqual(['True', 'PairReady']);
    expect(shownAs(status, 'NoConflict')).toEqual(['False', 'OlderLayout']);
    expect(events.map(({ reason }) => reason)).toEqual(['Conflict']);
  });

  it('keeps etcd as it is while that cannot be read', () => {
    expect(withOutlivedKeys(unreachable)).toBe(unreachable);
    expect(withOutlivedKeys(known(situations.nobody))).toMatchObject({ sessions: { olderLayout: [] } });
  });
});
