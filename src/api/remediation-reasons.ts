import type { ReasonTable } from './reason-entry.ts';
import { shared } from './reason-entry.ts';

const { NotObserved, EtcdUnreachable, UnreadableSession } = shared;

/** How every proposal is approved. */
const approve = 'Read the proposal in `status.proposals` and approve it by the annotation ha.milvus.io/approve';

/** Reasons of the condition about what waits for a person; a proposal has the same reason. */
export const remediationReasons = {
  RemediationRequired: {
    NothingToApprove: { status: 'False', meaning: 'Nothing waits for approval.' },
    Approved: { status: 'False', meaning: 'What was proposed is approved and being carried out.' },
    StuckHolder: {
      status: 'True',
      meaning: 'The pod of the ACTIVE was told to stop, does not, and still holds the role.',
      action: `${approve}, or wait for the rest of its grace period.`,
    },
    LostNode: {
      status: 'True',
      meaning: 'A pod is stuck in deletion on a node that is lost, so no new STANDBY can start.',
      action: `${approve}, or bring the node back.`,
    },
    NoTakeover: {
      status: 'True',
      meaning: 'Nobody holds the role, and the registered STANDBY does not take it.',
      action: `Look at the logs of the STANDBY. ${approve} to restart it.`,
    },
    ZombieStandby: {
      status: 'True',
      meaning: 'A process looks ready but has lost its session in etcd: it would never take over.',
      action: `${approve} to restart it.`,
    },
    StuckStop: {
      status: 'True',
      meaning:
        'A process was told to stop, has no session any more, and does not end: it neither serves nor stands by.',
      action: `${approve} to restart it.`,
    },
    DeadHolder: {
      status: 'True',
      meaning: 'The ACTIVE is proven dead, and its session in etcd is not.',
      action: `${approve} to end the session, or wait until it has run out.`,
    },
    GarbageCollectionOff: {
      status: 'True',
      meaning: "The etcd of the pair was rebuilt, and Milvus' garbage collection is off since.",
      action:
        'See that collections load and answer, then take away the annotation ha.milvus.io/garbage-collection-off.',
    },
    RolloutReady: {
      status: 'True',
      meaning: 'The STANDBY is renewed and registered; `rollout.policy` is Supervised.',
      action: `${approve} to move ACTIVE to it.`,
    },
    EtcdUnreachable,
    UnreadableSession,
    NotObserved,
  },
} as const satisfies Readonly<Record<string, ReasonTable>>;
