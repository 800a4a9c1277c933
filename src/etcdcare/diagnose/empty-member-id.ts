import { steps } from './advice.ts';
import { crashLine } from './crash-line.ts';

/**
 * The second of the published cases: bitnami images up to about 3.5.4-debian-10 keep the member's id in a file and die
 * when it is empty. Newer images have no such file.
 */
export const emptyMemberID = crashLine({
  case: 'MemberIDFileEmpty',
  pattern: /bad member ID arg \(strconv\.ParseUint: parsing "": invalid syntax\), expecting ID in Hex/,
  remedy: (_, pods) =>
    steps(
      'Leave claim and data: the database is intact, only a derived file is empty.',
      `In a container that mounts the volume of ${pods[0] ?? 'the pod'} (kubectl debug with the same image, runAsUser 1001), see that data/member/wal and data/member/snap/db exist and that data/member_id is empty.`,
      'Move the empty file out of the data directory (mv data/member_id member_id.bad-<date>).',
      'Delete the pod, which ends the back-off: the member starts with its own data.',
      'Change to an image without that file, milvusdb/etcd, by the values of the chart.',
    ),
});
