import type { EventReasonEntry } from './reason-entry.ts';

/**
 * Every reason of an event about a CoordinatorPair: one event for a change of state. The reference is generated from
 * this table.
 */
export const eventReasons = {
  ActiveElected: { type: 'Normal', meaning: 'A process took the role and is ACTIVE.' },
  ActiveLost: {
    type: 'Warning',
    meaning: 'The role is no longer held, and nobody asked for that.',
    action: 'Look at the events and logs of the pod that was ACTIVE.',
  },
  ActiveNotAnswering: {
    type: 'Warning',
    meaning: 'The ACTIVE was healthy and gives no answer any more. The message says until when it was.',
    action: 'If it still holds the role after its lease must have ended, delete its pod.',
  },
  FailoverStarted: { type: 'Warning', meaning: 'ACTIVE was lost and a successor is awaited.' },
  FailoverCompleted: { type: 'Warning', meaning: 'The successor holds the role. The message says how long it took.' },
  NoTakeover: {
    type: 'Warning',
    meaning: 'The role has been free for longer than a takeover lasts, although a process stands by.',
    action: 'See the condition ActiveElected.',
  },
  LeaseRevoked: {
    type: 'Warning',
    meaning: 'The session of a process that was proven dead was ended, so that nobody waits for it.',
  },
  StoppedLeaseRevoked: {
    type: 'Normal',
    meaning:
      'A process was told to stop, serves no more and kept its session, which was ended so that the STANDBY takes over at once.',
  },
  SwitchoverStarted: { type: 'Normal', meaning: 'A planned move of ACTIVE has begun.' },
  SwitchoverCompleted: { type: 'Normal', meaning: 'ACTIVE has moved as planned.' },
  SwitchoverRefused: {
    type: 'Warning',
    meaning: 'A switchover was asked for and not done. The message says why.',
    action: 'Cure the cause and ask again with a new value of the annotation.',
  },
  SwitchoverFailed: {
    type: 'Warning',
    meaning: 'A planned move of ACTIVE did not end well.',
    action: 'See `status.lastSwitchover` and the logs of both pods.',
  },
  DrainStarted: {
    type: 'Normal',
    meaning: 'The node of the ACTIVE is being emptied, and ACTIVE moves away first.',
  },
  StandbyRegistered: { type: 'Normal', meaning: 'The second process is registered and would take over.' },
  StandbyLost: {
    type: 'Warning',
    meaning: 'The second process is no longer registered, and nobody asked for that.',
    action: 'Look at its events and logs.',
  },
  ZombieStandbyRestarted: {
    type: 'Warning',
    meaning: 'A second process that had lost its session without noticing was restarted.',
  },
  StuckProcessRestarted: {
    type: 'Warning',
    meaning: 'A process that had been told to stop and did not end was restarted; it had no session any more.',
  },
  RolloutStarted: { type: 'Normal', meaning: 'The pods are being renewed after a change of the spec.' },
  RolloutCompleted: { type: 'Normal', meaning: 'Both pods are as the spec asks.' },
  RolloutFailed: {
    type: 'Warning',
    meaning: 'The renewed STANDBY did not register in time. ACTIVE was left alone.',
    action: 'Look at the logs of the STANDBY and correct the spec.',
  },
  RestartStarted: { type: 'Normal', meaning: 'A rolling restart was asked for and has begun.' },
  RestartRefused: {
    type: 'Warning',
    meaning: 'A rolling restart was asked for and not done. The message says why.',
    action: 'Cure the cause and ask again with a new value of the annotation.',
  },
  ProposalCreated: {
    type: 'Warning',
    meaning: 'The operator would do something and waits for approval. The message says what, and its id.',
    action: 'Read `status.proposals` and approve it, or leave it.',
  },
  ProposalApproved: { type: 'Normal', meaning: 'A proposal was approved and is carried out.' },
  ProposalExpired: {
    type: 'Normal',
    meaning: 'A proposal was not carried out in time. Where its cause lasts, another one follows.',
  },
  ProposalRefused: {
    type: 'Warning',
    meaning: 'An approval fits no proposal, or one that is no longer valid. Nothing was done.',
    action: 'Approve an id that stands in `status.proposals` now.',
  },
  StuckHolderKilled: {
    type: 'Warning',
    meaning: 'The ACTIVE was told to stop and did not; its pod was given one more second.',
  },
  LostPodDeleted: {
    type: 'Warning',
    meaning: 'A pod on a lost node was deleted by force, so that a new STANDBY can start elsewhere.',
  },
  StandbyRestarted: { type: 'Warning', meaning: 'A registered STANDBY that did not take the free role was restarted.' },
  RolloutStuck: {
    type: 'Warning',
    meaning: 'A step of a rollout after the renewal of the STANDBY does not come to its end.',
    action: 'Look at the logs and events of both pods.',
  },
  FlagNotEffective: {
    type: 'Warning',
    meaning: 'Milvus runs without active-standby although the pair asks for it.',
    action: 'Look for a configuration in etcd below `<rootPath>/config`: it wins over the environment.',
  },
  Flapping: {
    type: 'Warning',
    meaning: 'ACTIVE changed three times in ten minutes without a plan.',
    action: 'Look for the cause in the logs of the pods that went away.',
  },
  EtcdUnreachable: {
    type: 'Warning',
    meaning: 'etcd has not answered for ten seconds. Nothing is touched until it does.',
    action: 'Check that etcd runs and can be reached.',
  },
  EtcdReachable: { type: 'Normal', meaning: 'etcd answers again.' },
  NameConflict: {
    type: 'Warning',
    meaning: "An object with the name of one of the pair's exists and is not the pair's.",
    action: 'Delete or rename it, or give the pair another name.',
  },
  Conflict: {
    type: 'Warning',
    meaning: "A process, a pair or an object that is not the pair's is in the way. The message names it.",
    action: 'See the condition NoConflict.',
  },
  SpecInvalid: {
    type: 'Warning',
    meaning: 'The spec cannot be carried out. The message names the field.',
    action: 'Correct the field.',
  },
  SpecValid: { type: 'Normal', meaning: 'The spec can be carried out again.' },
  Paused: { type: 'Normal', meaning: 'The operator leaves the pair alone from now on, but for the role labels.' },
  ObserveOnly: { type: 'Normal', meaning: 'The operator only reports from now on, and took its role labels off.' },
  Resumed: { type: 'Normal', meaning: 'The operator looks after the pair again.' },
  Stopped: { type: 'Normal', meaning: 'The pair was scaled to no pods, as its spec asks.' },
  Started: { type: 'Normal', meaning: 'The pair runs again after it was stopped.' },
} as const satisfies Readonly<Record<string, EventReasonEntry>>;
