import { ResultError, field, flag, list, number64, oneOf, text, whole, type Fields } from './result-fields.ts';

import type {
  Artefact,
  ClearedMemberId,
  DataIds,
  Flipped,
  Inspection,
  OldData,
  Prepared,
  RemovedOld,
  SavedSnapshot,
  SetAside,
  SnapshotFile,
  StoreContent,
  StoredSnapshot,
} from './result-types.ts';

export type * from './result-types.ts';

/*
 * What the scripts tell, read from the JSON of their result. Each reader throws ResultError for what is no result of its
 * script.
 */

/** The result of clear-member-id. @throws ResultError. */
export function readClearedMemberId(result: unknown): ClearedMemberId {
  return { alreadyDone: flag(result, 'alreadyDone'), movedTo: text(result, 'movedTo') };
}

/** The result of set-aside. @throws ResultError. */
export function readSetAside(result: unknown): SetAside {
  return { ...readClearedMemberId(result), ...ids(result), dataAgain: flag(result, 'dataAgain') };
}

/** The result of inspect. @throws ResultError. */
export function readInspection(result: unknown): Inspection {
  const database = field(result, 'database');
  const usable = flag(result, 'usable');
  return {
    ...ids(result),
    usable,
    restartable: flag(result, 'restartable'),
    method: oneOf(result, 'method', ['Member', 'RawDatabase', 'None']),
    lastTerm: number64(result, 'lastTerm'),
    lastIndex: number64(result, 'lastIndex'),
    database: {
      state: oneOf(database, 'state', ['Good', 'Damaged', 'Missing']),
      sizeBytes: number64(database, 'sizeBytes'),
      revision: number64(database, 'revision'),
    },
    wal: { state: oneOf(field(result, 'wal'), 'state', ['Good', 'Damaged', 'Missing', 'Unknown']) },
    why: text(result, 'why'),
    ...(usable ? { source: { ...content(result), ...snapshotFile(result) } } : {}),
  };
}

/** The result of save-from-survivor and of make-source. @throws ResultError. */
export function readArtefact(result: unknown): Artefact {
  return { alreadyDone: flag(result, 'alreadyDone'), file: text(result, 'file'), ...snapshotFile(result) };
}

/** The result of prepare. @throws ResultError. */
export function readPrepared(result: unknown): Prepared {
  return {
    alreadyDone: flag(result, 'alreadyDone'),
    memberId: whole(result, 'memberId'),
    clusterId: whole(result, 'clusterId'),
    revision: whole(result, 'revision'),
    bumped: flag(result, 'bumped'),
  };
}

/** The result of flip. @throws ResultError. */
export function readFlipped(result: unknown): Flipped {
  return {
    ...readClearedMemberId(result),
    memberId: whole(result, 'memberId'),
    clusterId: whole(result, 'clusterId'),
  };
}

/** The result of list-old. @throws ResultError. */
export function readOldData(result: unknown): OldData {
  return {
    old: list(result, 'old').map((one) => ({
      name: text(one, 'name'),
      bytes: whole(one, 'bytes'),
      changedAt: text(one, 'changedAt'),
    })),
    leftOut: whole(result, 'leftOut'),
    freeBytes: whole(result, 'freeBytes'),
  };
}

/** The result of remove-old. @throws ResultError. */
export function readRemovedOld(result: unknown): RemovedOld {
  return {
    removed: texts(result, 'removed'),
    absent: texts(result, 'absent'),
    freeBytes: whole(result, 'freeBytes'),
  };
}

/** The result of save-snapshot. @throws ResultError. */
export function readSavedSnapshot(result: unknown): SavedSnapshot {
  const newest = field(result, 'newest');
  return {
    alreadyDone: flag(result, 'alreadyDone'),
    newest: { ...storedSnapshot(newest), ...content(newest), ...snapshotFile(newest) },
    snapshots: list(result, 'snapshots').map(storedSnapshot),
    kept: whole(result, 'kept'),
    held: whole(result, 'held'),
    removed: texts(result, 'removed'),
  };
}

function ids(result: Fields): DataIds {
  return { memberId: number64(result, 'memberId'), clusterId: number64(result, 'clusterId') };
}

function snapshotFile(result: Fields): SnapshotFile {
  return {
    sha256: text(result, 'sha256'),
    sizeBytes: whole(result, 'sizeBytes'),
    revision: whole(result, 'revision'),
  };
}

function content(result: Fields): StoreContent {
  return {
    hashKV: whole(result, 'hashKV'),
    keys: whole(result, 'keys'),
    prefixes: list(result, 'prefixes').map((one) => ({ prefix: text(one, 'prefix'), keys: whole(one, 'keys') })),
    keysOfOtherPrefixes: whole(result, 'keysOfOtherPrefixes'),
    sessionRoots: texts(result, 'sessionRoots'),
  };
}

function storedSnapshot(one: Fields): StoredSnapshot {
  return {
    name: text(one, 'name'),
    savedAt: text(one, 'savedAt'),
    clusterId: whole(one, 'clusterId'),
    revision: whole(one, 'revision'),
    hashKV: whole(one, 'hashKV'),
    keys: whole(one, 'keys'),
    sha256: text(one, 'sha256'),
    sessionRoots: texts(one, 'sessionRoots'),
  };
}

function texts(result: Fields, name: string): readonly string[] {
  return list(result, name).map((one) => {
    if (typeof one === 'string') return one;
    throw new ResultError(name, 'a list of texts', one);
  });
}
