import {
  emptyVolume,
  unseenVolume,
  type Source,
} from '../../../../../../src/etcdcare/recovery/remedies/rebuild/source.ts';

export const cluster = 0xd00bn;

/** A volume whose database and log are good, changed in some fields. */
export function intact(name: string, revision: bigint, changes: Partial<Source> = {}): Source {
  return {
    ...emptyVolume(name, ''),
    usable: true,
    restartable: true,
    complete: true,
    empty: false,
    clusterId: cluster,
    lastTerm: 3n,
    lastIndex: revision + 100n,
    revision,
    keys: 10n,
    ...changes,
  };
}

/** A member that runs without a quorum. */
export const survivor = (name: string, revision: bigint, changes: Partial<Source> = {}): Source =>
  intact(name, revision, { kind: 'Survivor', ...changes });

/** A volume whose log cannot be used; where it ends is known. */
export const withoutLog = (name: string, revision: bigint, changes: Partial<Source> = {}): Source =>
  intact(name, revision, { restartable: false, complete: false, why: 'walpb: crc mismatch', ...changes });

/** A volume whose database is cut off; its log is there and good for nothing without it. */
export const withoutDatabase = (name: string, lastIndex: bigint): Source => ({
  ...emptyVolume(name, 'database damaged, log good'),
  empty: false,
  clusterId: cluster,
  lastTerm: 3n,
  lastIndex,
});

/** A volume that nobody could look at. */
export const unseen = (name: string): Source => unseenVolume(name, 'its Job has not started within 5 minutes');

export const nothing = (name: string): Source => emptyVolume(name, `there is no volume claim data-${name}`);

/** A snapshot that was stored. */
export const stored = (revision: bigint, changes: Partial<Source> = {}): Source => ({
  ...emptyVolume('snapshot-1.db', ''),
  saved: { at: '2026-11-21T12:00:00Z' },
  kind: 'Snapshot',
  usable: true,
  empty: false,
  clusterId: cluster,
  revision,
  keys: 10n,
  ...changes,
});
