/** What a reason of a condition means to a user. */
export interface ConditionReasonEntry {
  /** The status that the condition has with this reason. */
  readonly status: 'True' | 'False' | 'Unknown';
  /** What is the case. */
  readonly meaning: string;
  /** What a person should do; absent when nothing. */
  readonly action?: string;
}

/** What a reason of an event means to a user. */
export interface EventReasonEntry {
  /** Warning: nobody asked for it. */
  readonly type: 'Normal' | 'Warning';
  /** What happened. */
  readonly meaning: string;
  /** What a person should do; absent when nothing. */
  readonly action?: string;
}

/** The reasons of one condition. */
export type ReasonTable = Readonly<Record<string, ConditionReasonEntry>>;

/** Reasons that several conditions share. */
export const shared = {
  NotObserved: { status: 'Unknown', meaning: 'The operator has not looked yet.' },
  EtcdUnreachable: {
    status: 'Unknown',
    meaning: 'etcd cannot be read, so nobody knows. Pods, labels and sessions are left as they are.',
    action: 'See the condition EtcdReachable.',
  },
  UnreadableSession: {
    status: 'Unknown',
    meaning:
      'Somebody holds the role, and the value of its key is not what Milvus writes, so nobody knows who. Pods, labels and sessions are left as they are.',
    action: 'Find out what writes below `etcd.rootPath`. Do not delete the key of a running process.',
  },
  Stopped: {
    status: 'False',
    meaning: 'The pair is stopped: `runState` is Stopped.',
    action: 'Set `runState` to Running to start it again.',
  },
  Suspended: {
    status: 'False',
    meaning: 'An EtcdRecovery keeps the pair without pods while it rebuilds etcd: the annotation `suspended-by`.',
    action: 'Nothing: the recovery starts the pair again. Look at it for how far it is.',
  },
  FlagNotEffective: {
    status: 'False',
    meaning: 'Milvus runs without active-standby although the pair asks for it, so no second process can stand by.',
    action: 'Look for keys below `<rootPath>/config` in etcd: Milvus prefers them to the environment.',
  },
} as const satisfies ReasonTable;
