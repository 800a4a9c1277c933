/*
 * What the scripts tell. Ids and revisions are 64-bit numbers; an id of a directory whose log tells none is undefined.
 */

/** Who a data directory belongs to, as its log tells. */
export interface DataIds {
  readonly memberId: bigint | undefined;
  readonly clusterId: bigint | undefined;
}

/** clear-member-id. */
export interface ClearedMemberId {
  readonly alreadyDone: boolean;
  readonly movedTo: string;
}

/** set-aside; the ids are those of what was set aside. */
export interface SetAside extends DataIds {
  readonly alreadyDone: boolean;
  readonly movedTo: string;
  /** Something is in a data directory again: the member was started since. */
  readonly dataAgain: boolean;
}

/** How much of the keys lies under one first part of a path. */
export interface PrefixCount {
  readonly prefix: string;
  readonly keys: bigint;
}

/** What is in a store. */
export interface StoreContent {
  /** etcd's own hash of all keys at the newest revision: equal for equal stores. */
  readonly hashKV: bigint;
  readonly keys: bigint;
  /** The largest first; at most twelve. */
  readonly prefixes: readonly PrefixCount[];
  readonly keysOfOtherPrefixes: bigint;
  /** Root paths under which sessions lie, `by-dev` for instance: each is a Milvus that uses this etcd. At most twelve. */
  readonly sessionRoots: readonly string[];
}

/** A snapshot file. */
export interface SnapshotFile {
  readonly sha256: string;
  readonly sizeBytes: bigint;
  readonly revision: bigint;
}

/** inspect. */
export interface Inspection extends DataIds {
  /** A snapshot can be made of it, by `method`. */
  readonly usable: boolean;
  /** etcd starts on it as it is: its log and its database are good. */
  readonly restartable: boolean;
  /** Member: log and database together. RawDatabase: what only the log holds is lost. */
  readonly method: 'Member' | 'RawDatabase' | 'None';
  /** Of the last entry in its log, by which raft tells which of two logs reaches further; undefined: no entry found. */
  readonly lastTerm: bigint | undefined;
  readonly lastIndex: bigint | undefined;
  readonly database: {
    readonly state: 'Good' | 'Damaged' | 'Missing';
    readonly sizeBytes: bigint | undefined;
    /** Of the database alone: the log may hold more. */
    readonly revision: bigint | undefined;
  };
  /** Unknown: the image has no tool that could tell. */
  readonly wal: { readonly state: 'Good' | 'Damaged' | 'Missing' | 'Unknown' };
  /** Why it is not better; empty where nothing is to be said. */
  readonly why: string;
  /** Of the snapshot that can be made; absent when not usable. Made again it has the same content, not the same sha256. */
  readonly source?: StoreContent & SnapshotFile;
}

/** save-from-survivor and make-source. */
export interface Artefact extends SnapshotFile {
  readonly alreadyDone: boolean;
  readonly file: string;
}

/** prepare; the ids are the new ones. */
export interface Prepared {
  readonly alreadyDone: boolean;
  readonly memberId: bigint;
  readonly clusterId: bigint;
  readonly revision: bigint;
  /** false: the image's tool cannot raise the revision. */
  readonly bumped: boolean;
}

/** flip. */
export interface Flipped {
  readonly alreadyDone: boolean;
  /** Empty: the volume held no data before. */
  readonly movedTo: string;
  readonly memberId: bigint;
  readonly clusterId: bigint;
}

/** list-old. */
export interface OldData {
  readonly old: readonly { readonly name: string; readonly bytes: bigint; readonly changedAt: string }[];
  /** How many more there are. */
  readonly leftOut: bigint;
  readonly freeBytes: bigint;
}

/** remove-old. */
export interface RemovedOld {
  readonly removed: readonly string[];
  readonly absent: readonly string[];
  readonly freeBytes: bigint;
}

/** A snapshot in a volume of snapshots. */
export interface StoredSnapshot {
  readonly name: string;
  readonly savedAt: string;
  readonly clusterId: bigint;
  readonly revision: bigint;
  readonly hashKV: bigint;
  readonly keys: bigint;
  readonly sha256: string;
  /** Paths below which it has sessions of a Milvus. */
  readonly sessionRoots: readonly string[];
}

/** save-snapshot. */
export interface SavedSnapshot {
  readonly alreadyDone: boolean;
  readonly newest: StoredSnapshot & StoreContent & SnapshotFile;
  /** The newest first, as many as fit. */
  readonly snapshots: readonly StoredSnapshot[];
  readonly kept: bigint;
  /** Kept beyond the count, as the newest one is of another cluster or holds less than half of their keys. */
  readonly held: bigint;
  readonly removed: readonly string[];
}
