import type { ReasonTable } from './reason-entry.ts';
import { shared } from './reason-entry.ts';

const { NotObserved, EtcdUnreachable } = shared;

/** Reasons of the conditions about the etcd behind a pair. */
export const etcdReasons = {
  EtcdReachable: {
    Reachable: { status: 'True', meaning: 'The sessions can be read.' },
    Unreachable: {
      status: 'False',
      meaning: 'etcd has not answered for ten seconds.',
      action:
        'Check that etcd runs, that `etcd.endpoints` is right, and that network policies let the operator through.',
    },
    AuthenticationFailed: {
      status: 'False',
      meaning: 'etcd refuses the user name or the password.',
      action: 'Correct the Secret that `etcd.auth.secretName` names.',
    },
    PermissionDenied: {
      status: 'False',
      meaning: 'The etcd user may not read the sessions.',
      action: 'Grant the user reading and writing of everything below `etcd.rootPath`.',
    },
    TLSFailed: {
      status: 'False',
      meaning: 'The encrypted connection to etcd cannot be made.',
      action: 'Check the Secret that `etcd.tls.secretName` names, `etcd.tls.serverName` and `etcd.tls.minVersion`.',
    },
    EndpointNotAllowed: {
      status: 'False',
      meaning:
        'An endpoint is an address of the machine or of its cloud, or a password would leave the namespace without TLS.',
      action: 'Name the Service of etcd; set `etcd.tls`.',
    },
    SecretNotFound: {
      status: 'False',
      meaning: 'A Secret that `etcd` names does not exist or lacks a key.',
      action: 'Create the Secret with the keys that the description of the field lists.',
    },
    NotObserved,
  },
  EtcdHealthy: {
    Healthy: { status: 'True', meaning: 'etcd has a quorum: a linearizable read succeeds.' },
    JustBack: {
      status: 'False',
      meaning:
        'etcd has been back for less than 15 seconds. Processes of Milvus that lost their sessions may still end because of that.',
      action: 'Wait. Processes that end now start again by themselves.',
    },
    NoQuorum: {
      status: 'False',
      meaning: 'etcd answers and has no leader. Milvus cannot renew its sessions.',
      action: 'Bring the majority of the etcd members back. The pods of the pair are left alone until then.',
    },
    CorruptAlarm: {
      status: 'False',
      meaning: 'etcd has raised the alarm CORRUPT: what its members hold differs.',
      action: 'Find the wrong member and replace it. Do not disarm the alarm before.',
    },
    SpaceAlarm: {
      status: 'False',
      meaning: 'etcd has raised the alarm NOSPACE: its database is full and it refuses every write.',
      action: 'Compact, defragment one member after the other, then disarm the alarm.',
    },
    Diagnosed: {
      status: 'False',
      meaning: 'The EtcdGuard that `etcd.guardName` names has found what ails etcd; a majority may still serve.',
      action: 'Follow the message: it names the remedy, and the EtcdRecovery that carries it out.',
    },
    GuardSilent: {
      status: 'True',
      meaning:
        'etcd has a quorum as far as the pair can tell; the EtcdGuard that `etcd.guardName` names does not exist or says nothing.',
      action: 'Make the guard, or correct `etcd.guardName`.',
    },
    EtcdUnreachable,
    NotObserved,
  },
} as const satisfies Readonly<Record<string, ReasonTable>>;
