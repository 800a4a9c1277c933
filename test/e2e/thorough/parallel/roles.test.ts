import { expect } from '@jest/globals';
import { standInImage } from '../../../images/build.ts';
import { alone, pairManifest } from '../../support/pair.ts';
import { scenario } from '../../support/scenario.ts';

/** Each role in a Milvus that has it; rootcoord is everywhere else. */
const roles = [
  ['indexcoord', '2.2.14'],
  ['datacoord', '2.3.3'],
  ['querycoord', '2.4.15'],
  ['mixcoord', '2.5.10'],
] as const;

scenario('every role runs as a pair and does a switchover', async (scene) => {
  await scene.startEtcd();
  const manifests = roles.map(([role, release]) =>
    pairManifest(role, {
      role,
      image: standInImage(release),
      etcd: { endpoints: ['etcd:2379'], rootPath: role },
      pod: role === 'querycoord' ? alone : {},
    }),
  );
  await scene.kubectl.apply(manifests);
  await Promise.all(
    roles.map(async ([role, release]) => {
      const pair = scene.pair(role);
      const { status } = await pair.untilSteady();
      expect(status?.session?.version).toBe(release);
      expect(await pair.switchOver('once')).toMatchObject({ result: 'Completed' });
      const after = await pair.untilSteady();
      expect(after.status?.active?.serverID).toBe(status?.standby?.serverID);
    }),
  );
});
