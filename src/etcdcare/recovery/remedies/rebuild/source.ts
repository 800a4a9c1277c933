/** Somewhere that the data of an etcd could come from, with all that is known of it. */
export interface Source {
  /** The pod whose member or volume it is, or the name of a stored snapshot. */
  readonly name: string;
  /** Survivor: a member that runs and has no quorum. */
  readonly kind: 'Survivor' | 'Volume' | 'Snapshot';
  /** A snapshot can be had from it. */
  readonly usable: boolean;
  /** The member starts on its data as it is. */
  readonly restartable: boolean;
  /** Database and log together, so that all that is committed there is in it. */
  readonly complete: boolean;
  /** There is no data at all. */
  readonly empty: boolean;
  /** Nobody could look at it, for a reason outside of the data: what it holds is not known, and may be the newest. */
  readonly unseen?: true;
  /** Its container runs and the member does not answer yet: a start-up script, for instance. */
  readonly starting?: true;
  /** Why it is not better; empty where nothing is to be said. */
  readonly why: string;
  readonly clusterId?: bigint;
  readonly memberId?: bigint;
  /** Of the last entry of its log, whether the log can be used or not. */
  readonly lastTerm?: bigint;
  readonly lastIndex?: bigint;
  /** Of the snapshot that it gives. */
  readonly revision?: bigint;
  readonly keys?: bigint;
  /** Hash of all keys: equal for equal stores. */
  readonly hashKV?: bigint;
  readonly sha256?: string;
  /** Of a stored snapshot: when it was saved, and why an older one may hold more. */
  readonly saved?: { readonly at: string; readonly doubt?: string };
  /** The image that it was looked at with restores nothing with raised revisions. */
  readonly cannotRaise?: true;
  /** Below these paths are sessions of a Milvus. */
  readonly sessionRoots: readonly string[];
}

/** A volume that could not be looked at. */
export function unseenVolume(name: string, why: string): Source {
  return { ...emptyVolume(name, `it could not be looked at: ${why}`), empty: false, unseen: true };
}

/** Those that nobody could look at, with the reason, in words; undefined: all were seen. */
export function unseenAmong(sources: readonly Source[]): string | undefined {
  const unseen = sources.filter((source) => source.unseen);
  return unseen.length === 0 ? undefined : unseen.map(({ name, why }) => `${name}: ${why}`).join('; ');
}

/** A volume without data. */
export function emptyVolume(name: string, why: string): Source {
  return {
    name,
    kind: 'Volume',
    usable: false,
    restartable: false,
    complete: false,
    empty: true,
    why,
    sessionRoots: [],
  };
}
