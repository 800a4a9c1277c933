import type { ReasonTable } from './reason-entry.ts';
import { shared } from './reason-entry.ts';

const { NotObserved, EtcdUnreachable, UnreadableSession, Stopped, Suspended, FlagNotEffective } = shared;

/** Reasons of the conditions about who is ACTIVE and who stands by. */
export const roleReasons = {
  Ready: {
    PairReady: { status: 'True', meaning: 'An ACTIVE serves and a STANDBY is registered to take over.' },
    NoActive: { status: 'False', meaning: 'No process serves the role.', action: 'See the condition ActiveElected.' },
    NoStandby: {
      status: 'False',
      meaning: 'The ACTIVE serves, but nobody would take over.',
      action: 'See the condition StandbyReady.',
    },
    Activating: {
      status: 'False',
      meaning: 'A process holds the role and does not serve yet: it is loading its metadata.',
    },
    ActivePodNotReady: {
      status: 'False',
      meaning:
        'The Milvus that holds the role is healthy, but its pod is not ready: another of its containers, or a readiness gate, keeps it so.',
      action: 'See the container or gate that the message names.',
    },
    ActiveNotAnswering: {
      status: 'False',
      meaning: 'The process that holds the role was healthy and gives no answer any more: it is frozen, or cut off.',
      action: 'If it still holds the role after its lease must have ended, delete its pod.',
    },
    SpecInvalid: {
      status: 'False',
      meaning: 'The spec cannot be carried out.',
      action: 'See the condition SpecValid.',
    },
    Conflict: {
      status: 'False',
      meaning: "An object or a process that is not the pair's is in the way.",
      action: 'See the condition NoConflict.',
    },
    RoleNotHeld: {
      status: 'False',
      meaning:
        'A process is ACTIVE, but no running one holds another role of the pair. Before 2.6 each role of a mixcoord process (`mixture`) is elected by itself.',
      action: 'Wait for a minute. If it lasts, look at the logs of the pods and at that key in etcd.',
    },
    FlagNotEffective,
    Stopped,
    Suspended,
    EtcdUnreachable,
    UnreadableSession,
    NotObserved,
  },
  ActiveElected: {
    Elected: { status: 'True', meaning: 'A process of this pair holds the role in etcd.' },
    NodeNotReady: {
      status: 'True',
      meaning:
        'The node of the process that holds the role is not ready, so nobody knows whether it lives. Without proof its lease has to run out.',
      action:
        'Wait until the time shown. If the node is surely off, taint it node.kubernetes.io/out-of-service=nodeshutdown:NoExecute.',
    },
    RolesSplit: {
      status: 'True',
      meaning:
        'The processes of this pair share their roles: one is ACTIVE for some, the other for the rest. Before 2.6 each role of a mixcoord process (`mixture`) is elected by itself.',
      action: 'Nothing. A switchover brings the roles together, and so does each rollout or drain.',
    },
    HolderForeign: {
      status: 'False',
      meaning:
        "The role is held by a process that none of this pair's pods accounts for: another Milvus, or a pod that registers a wrong address.",
      action: 'See the condition NoConflict. Stop nothing before it is known what holds the role.',
    },
    Stopping: {
      status: 'False',
      meaning:
        'The process that holds the role was told to stop and serves no more. Its session is ended as soon as a STANDBY is registered.',
      action: 'Nothing. If it lasts, see StandbyReady.',
    },
    WaitingForLease: {
      status: 'False',
      meaning:
        'The process that held the role is gone, but its session still runs. The STANDBY takes over when it ends.',
      action: 'Wait until the time shown. If its node is lost for good, taint it node.kubernetes.io/out-of-service.',
    },
    WaitingForTakeover: {
      status: 'False',
      meaning: 'ACTIVE was lost, the role is free, and the STANDBY is about to take it.',
      action: 'If it lasts longer than a minute, look at the logs of the STANDBY.',
    },
    NoTakeover: {
      status: 'False',
      meaning: 'Processes stand by, and for longer than a takeover can last none has taken the role, which is free.',
      action: 'See NoConflict, then the logs of the pods. Deleting one of them makes its process start again.',
    },
    Starting: {
      status: 'False',
      meaning: 'No process has taken the role yet.',
      action: 'If the pods have been running for minutes, look at their logs.',
    },
    Stopped,
    Suspended,
    EtcdUnreachable,
    UnreadableSession,
    NotObserved,
  },
  StandbyReady: {
    Registered: { status: 'True', meaning: 'The second process is registered in etcd and would take over.' },
    Starting: {
      status: 'False',
      meaning: 'The second process is starting and not registered yet.',
      action: 'If it lasts longer than some minutes, look at the events and logs of the pod.',
    },
    RoleNotRegistered: {
      status: 'False',
      meaning:
        'The second process is registered for the first role, but none would take over another role that the pair holds (`mixture`, before 2.6).',
      action: 'If it lasts longer than some minutes, look at the logs of the pod that should stand by.',
    },
    LostEtcd: {
      status: 'False',
      meaning: 'The second process ended because it lost its session in etcd, and is starting again.',
      action: 'Look at etcd, not at the pod, which is left alone. See EtcdHealthy and docs/versions.md.',
    },
    NodeNotReady: {
      status: 'False',
      meaning: 'The node of the second pod is not ready, and its process has no session in etcd.',
      action: 'Bring the node back, or approve what RemediationRequired proposes after five minutes.',
    },
    Stopping: {
      status: 'False',
      meaning:
        'The second process was told to stop and serves no more, and has not ended; its successor cannot start before.',
      action: 'Nothing: it ends with its grace period, or its pod is restarted.',
    },
    Terminating: { status: 'False', meaning: 'The second pod is being stopped; its successor is not registered yet.' },
    Missing: {
      status: 'False',
      meaning: 'No second process is registered in etcd.',
      action: 'Look at the events of the pods and at the free resources of the nodes.',
    },
    Zombie: {
      status: 'False',
      meaning: 'The second process looks ready but has lost its session in etcd: it would never take over.',
      action: 'Delete the pod to start it again.',
    },
    Stopped,
    Suspended,
    EtcdUnreachable,
    UnreadableSession,
    NotObserved,
  },
  Redundant: {
    DistinctNodes: { status: 'True', meaning: 'ACTIVE and STANDBY run on different nodes.' },
    SameNode: {
      status: 'False',
      meaning: 'ACTIVE and STANDBY run on one node, whose loss would be an outage.',
      action: 'Add a node that can take the second pod and delete the STANDBY, or set `placement` to Required.',
    },
    NotScheduled: {
      status: 'False',
      meaning: 'There are not two registered processes on nodes.',
      action: 'Look at the events of the pods.',
    },
    EtcdUnreachable,
    UnreadableSession,
    NotObserved,
  },
  ServiceInSync: {
    InSync: { status: 'True', meaning: 'The Service `<name>-active` leads to the ACTIVE.' },
    NoActive: { status: 'False', meaning: 'No process of this pair holds the role, so the Service leads nowhere.' },
    Updating: { status: 'False', meaning: 'ACTIVE has moved, and the role labels are about to follow.' },
    LabelsRemoved: {
      status: 'False',
      meaning: 'In ObserveOnly pods have no role labels, so the Service leads nowhere.',
    },
    EtcdUnreachable,
    UnreadableSession,
    NotObserved,
  },
  NoConflict: {
    NoConflict: { status: 'True', meaning: 'Names and role belong to this pair alone.' },
    OtherBudget: {
      status: 'True',
      meaning: 'A PodDisruptionBudget of somebody else matches the pods, so the pair makes none of its own.',
    },
    TwoBudgets: {
      status: 'False',
      meaning: "Another PodDisruptionBudget matches the pods beside the pair's own, so no pod can be evicted.",
      action: "Delete one of the two. The pair's own is not made again while there is another.",
    },
    OlderLayout: {
      status: 'False',
      meaning: 'Coordinators of Milvus 2.5 or older are registered below the path of this mixcoord.',
      action: 'Stop them and wait until their keys are gone, at most one session TTL: docs/upgrade-2.5-to-2.6.md.',
    },
    NewerLayout: {
      status: 'False',
      meaning: 'mixcoord of Milvus 2.6 or newer is registered below the path of this older coordinator.',
      action: 'Stop this pair, or mixcoord: both may work on the same data. See docs/upgrade-2.5-to-2.6.md.',
    },
    UnreadableSession: {
      status: 'False',
      meaning: 'A session key of the role has a value that is not what Milvus writes. No pod is touched meanwhile.',
      action: 'Find out what writes below `etcd.rootPath`. Do not delete the key of a running process.',
    },
    NameConflict: {
      status: 'False',
      meaning: "An object that is not the pair's has a name that the pair needs. It is left untouched.",
      action: 'Rename the pair or delete the object. To hand the object over, give it the label ha.milvus.io/pair.',
    },
    WorkloadTaken: {
      status: 'False',
      meaning: 'The workload that `workloadRef` names belongs to another CoordinatorPair. Its pods are left alone.',
      action: 'Delete one of the two pairs.',
    },
    ForeignPods: {
      status: 'False',
      meaning: "The workload's selector matches pods that the workload has not made. They are left alone.",
      action: 'Delete those pods, or change their labels. The pair makes no PodDisruptionBudget meanwhile.',
    },
    DuplicatePair: {
      status: 'False',
      meaning: 'Another CoordinatorPair looks after the same role below the same path of the same etcd.',
      action: 'Delete one of the two.',
    },
    ForeignMember: {
      status: 'False',
      meaning:
        "A process that is none of this pair's pods is registered for the role: it holds it, or may take it at the next change.",
      action: 'Find out what it is. Give each Milvus an `etcd.rootPath` of its own.',
    },
    WrongAddress: {
      status: 'False',
      meaning:
        'A process that has the name of one of the pods has registered an address that is none of that pod: other components cannot reach it.',
      action:
        'Remove the setting that the message names, such as `rootCoord.ip`. Do not delete the pod before: it may be the ACTIVE.',
    },
    NotObserved,
  },
} as const satisfies Readonly<Record<string, ReasonTable>>;
