import { crashLine } from './crash-line.ts';

/** The disk below a member cannot be read or written. */
export const diskFailing = crashLine({
  case: 'DiskFailing',
  pattern: /input\/output error|read-only file system|structure needs cleaning/i,
  events: true,
  remedy: ({ quorum }) =>
    quorum.verdict === 'Quorate'
      ? 'The volume fails, not etcd. Set its PersistentVolume to persistentVolumeReclaimPolicy Retain, give the pod a new volume, and replace the member: remove it at a healthy member first, then delete claim and pod, then let it join with state existing.'
      : 'The volume fails, and the quorum is lost: copy what can be read of it before anything else, bring the other members back first.',
});
