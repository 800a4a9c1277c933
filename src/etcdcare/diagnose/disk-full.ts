import { crashLine } from './crash-line.ts';

/** The volume of a member is full. */
export const diskFull = crashLine({
  case: 'DiskFull',
  pattern: /no space left on device|disk quota exceeded/i,
  events: true,
  remedy: () =>
    'Make the claim larger where its storage class allows it (spec.resources.requests.storage), or remove what is not etcd’s own from the volume: old data.bak-* directories and *.snap.db files of an interrupted transfer. Delete nothing else below member/. The data is intact.',
});
