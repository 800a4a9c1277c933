import type { ReasonTable } from './reason-entry.ts';
import { shared } from './reason-entry.ts';

const { NotObserved } = shared;

/** Reasons of the conditions about the spec and how it is carried out. */
export const specReasons = {
  UpToDate: {
    UpToDate: { status: 'True', meaning: 'Both pods are as the spec asks.' },
    RollingOut: {
      status: 'False',
      meaning: 'The pods are being renewed: the STANDBY first, then ACTIVE moves to it, once.',
    },
    RolloutPaused: {
      status: 'False',
      meaning: 'A change of the pods waits, because `rollout.policy` is Paused.',
      action: 'Set `rollout.policy` to Automatic.',
    },
    RolloutFailed: {
      status: 'False',
      meaning: 'A step of the rollout has not come to its end in time. ACTIVE stays where it is.',
      action: 'Look at what the message says of the pod that does not register, then change the spec.',
    },
    AwaitingApproval: {
      status: 'False',
      meaning: 'The STANDBY is renewed, and `rollout.policy` is Supervised: ACTIVE moves to it when that is approved.',
      action: 'Approve the proposal in `status.proposals`.',
    },
    Attached: {
      status: 'True',
      meaning: 'The pods are made by the workload that `workloadRef` names, which renews them itself.',
    },
    NotManaged: {
      status: 'Unknown',
      meaning: 'Pods differ from the spec, and `mode` does not let the operator renew them.',
      action: 'Set `mode` to Managed.',
    },
    NotObserved,
  },
  SpecValid: {
    Valid: { status: 'True', meaning: 'The spec can be carried out.' },
    VersionUnknown: {
      status: 'False',
      meaning: 'The tag of the image names no Milvus version.',
      action: 'Set `version`.',
    },
    VersionTooOld: {
      status: 'False',
      meaning: 'Milvus is older than 2.2.3 and has no working active-standby mode.',
      action: 'Use a newer Milvus.',
    },
    RoleNotInVersion: {
      status: 'False',
      meaning: 'The role does not exist in this Milvus version.',
      action: 'From 2.6 on use mixcoord. Use indexcoord with 2.2 only.',
    },
    EtcdAuthNotInVersion: {
      status: 'False',
      meaning: 'Milvus cannot log in to etcd before 2.3.7.',
      action: 'Use a newer Milvus, or leave `etcd.auth` out.',
    },
    ConfigNotInVersion: {
      status: 'False',
      meaning: 'Milvus does not read user.yaml before 2.3.0.',
      action: 'Use a newer Milvus, or `pod.extraEnv` in place of `config`.',
    },
    Downgrade: {
      status: 'False',
      meaning: 'A newer Milvus has been ACTIVE below this path; this one would refuse to start. No pod was touched.',
      action: 'Go back to the newer version.',
    },
    ReservedSetting: {
      status: 'False',
      meaning: 'The configuration sets what belongs to the operator.',
      action: 'Remove the settings that the message names.',
    },
    ConfigMapNotFound: {
      status: 'False',
      meaning: 'The ConfigMap that `config.configMapName` names does not exist or lacks the key user.yaml.',
      action: 'Create it.',
    },
    ConfigTooLarge: {
      status: 'False',
      meaning: 'The configuration is larger than the operator reads; YAML aliases count as what they stand for.',
      action: 'Keep only what differs from milvus.yaml.',
    },
    WorkloadNotFound: {
      status: 'False',
      meaning: 'The Deployment or StatefulSet that `workloadRef` names does not exist or may not be read.',
      action: 'Create it, or delete this pair and make one with another `workloadRef`.',
    },
    WorkloadNotSelectable: {
      status: 'False',
      meaning: 'The workload selects its pods by expressions, which a Service cannot do.',
      action: 'Recreate the workload with `selector.matchLabels` alone.',
    },
    ContainerUnknown: {
      status: 'False',
      meaning:
        'Which container of the workload runs Milvus is not certain. Roles are reported, and no session is ended and no pod is deleted.',
      action: 'Set `workloadRef.containerName`.',
    },
    WorkloadReplicas: {
      status: 'False',
      meaning: 'The workload has not two replicas. What there is of it is looked after all the same.',
      action: 'Set its replicas to 2, with active-standby switched on.',
    },
    RejectedByServer: {
      status: 'False',
      meaning: 'The API server refuses an object that follows from the spec.',
      action: 'Correct the field that the message names.',
    },
    NotObserved,
  },
  Paused: {
    Managed: { status: 'False', meaning: 'The operator looks after the pair.' },
    Paused: {
      status: 'True',
      meaning: '`mode` is Paused: only the role labels follow ACTIVE.',
      action: 'Set `mode` to Managed to go on.',
    },
    ObserveOnly: {
      status: 'True',
      meaning: '`mode` is ObserveOnly: the operator reports and changes nothing.',
      action: 'Set `mode` to Managed to go on.',
    },
    NotObserved,
  },
  Reconciling: {
    Creating: { status: 'True', meaning: 'The pair is on its way to two registered processes.' },
    Failover: { status: 'True', meaning: 'ACTIVE was lost and its successor is taking over.' },
    Switchover: { status: 'True', meaning: 'ACTIVE is being moved as planned.' },
    Rollout: { status: 'True', meaning: 'The pods are being renewed.' },
    Stopping: { status: 'True', meaning: 'The pair is being stopped.' },
  },
  Stalled: {
    Flapping: {
      status: 'True',
      meaning: 'ACTIVE changed three times in ten minutes without a plan; planned moves wait until it is calm.',
      action: 'Look for the cause in the logs of the pods that went away.',
    },
    NoTakeover: {
      status: 'True',
      meaning: 'Processes stand by, and none has taken the role, which has been free for longer than a takeover lasts.',
      action: 'See the condition ActiveElected.',
    },
    StandbyNotUp: {
      status: 'True',
      meaning: 'The renewed STANDBY did not register in time. Both pods are kept as they were, ACTIVE was not touched.',
      action: 'Correct the spec, or try again with a new value of the annotation ha.milvus.io/restart.',
    },
    RolloutStuck: {
      status: 'True',
      meaning: 'A step of a rollout after the renewal of the STANDBY does not come to its end.',
      action: 'Look at the logs and events of both pods.',
    },
    SpecInvalid: {
      status: 'True',
      meaning: 'The spec cannot be carried out.',
      action: 'See the condition SpecValid.',
    },
    Conflict: {
      status: 'True',
      meaning: "An object or a process that is not the pair's is in the way.",
      action: 'See the condition NoConflict.',
    },
  },
} as const satisfies Readonly<Record<string, ReasonTable>>;
