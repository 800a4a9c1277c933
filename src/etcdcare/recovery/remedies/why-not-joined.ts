import type { PodFacts } from '../../pod-facts.ts';

/**
 * What keeps a member from joining, as etcd 3.5 and its images' scripts say it, and what it means. The whole line is not
 * quoted: its time would make the status change at each start.
 */
const meanings: readonly (readonly [RegExp, string])[] = [
  [/permanently removed/, 'it starts with the data of a member that was removed'],
  [/not enough started members/, 'another member that was added has never started: see etcdctl member list'],
  [/Peer URLs already exists/, 'it was added already, and tries to add itself once more'],
];

/** Why the member in a pod does not join, by its last words; undefined: these say nothing of it. */
export function whyNotJoined({ lines }: PodFacts): string | undefined {
  for (const { text } of lines.toReversed())
    for (const [pattern, meaning] of meanings) {
      const [phrase] = pattern.exec(text) ?? [];
      if (phrase !== undefined) return `its log says "${phrase}": ${meaning}`;
    }
  return undefined;
}
