import type { AilmentCase } from '../../../../src/api/etcd-guard.ts';
import { cleanLine } from '../../../../src/etcdcare/log-lines.ts';
import { crashing, etcdWith } from './facts.ts';
import type { Situation } from './situation.ts';

/** Lines as etcd 3.5 and the start-up scripts write them (raw), with the exit code that goes with each. */
const crashes: readonly (readonly [
  about: string,
  exitCode: number,
  raw: string,
  name: AilmentCase,
  evidence: string,
])[] = [
  [
    'an empty member_id file (bitnami 3.5.0-debian-10)',
    128,
    'Error: bad member ID arg (strconv.ParseUint: parsing "": invalid syntax), expecting ID in Hex',
    'MemberIDFileEmpty',
    'expecting ID in Hex',
  ],
  [
    'an emptied member with state new',
    1,
    '{"level":"fatal","ts":"2026-11-21T11:59:58.1Z","caller":"etcdmain/etcd.go:204","msg":"discovery failed","error":"member 620f660cb1e4db12 has already been bootstrapped"}',
    'AlreadyBootstrapped',
    'member 620f660cb1e4db12 has already been bootstrapped',
  ],
  [
    'a member that was removed',
    0,
    '{"level":"warn","ts":"2026-11-21T11:59:58.1Z","msg":"the member has been permanently removed from the cluster"}',
    'MemberRemoved',
    'permanently removed',
  ],
  [
    'a stale member id',
    1,
    '{"level":"warn","msg":"retrying","error":"etcdserver: member not found"}',
    'MemberRemoved',
    'member not found',
  ],
  [
    'a member list of another length',
    1,
    '{"level":"fatal","msg":"failed to start etcd","error":"error validating peerURLs {ClusterID:d00 Members:[]}: member count is unequal"}',
    'MemberCountUnequal',
    'member count is unequal',
  ],
  [
    'a log that is gone',
    2,
    '{"level":"panic","msg":"tocommit(208) is out of range [lastIndex(0)]. Was the raft log corrupted, truncated, or lost?"}',
    'MemberLogLost',
    'tocommit(208)',
  ],
  [
    'a damaged WAL',
    1,
    '{"level":"fatal","msg":"failed to read WAL, cannot be repaired","error":"walpb: crc mismatch"}',
    'DataDamaged',
    'walpb: crc mismatch',
  ],
  [
    'a lost snapshot file',
    1,
    '{"level":"panic","msg":"failed to recover v3 backend from snapshot","error":"failed to find database snapshot file (snap: snapshot file doesn\'t exist)"}',
    'DataDamaged',
    'snapshot file',
  ],
  [
    'a damaged database',
    2,
    'panic: freepages: failed to get all reachable pages (page 5: multiple references)',
    'DataDamaged',
    'reachable pages',
  ],
  ['a truncated database', 2, 'unexpected fault address 0x7f1e3c400000', 'DataDamaged', 'unexpected fault address 0x…'],
  [
    'a full disk',
    1,
    '{"level":"fatal","msg":"failed to save Raft hard state and entries","error":"write /bitnami/etcd/data/member/wal/0.tmp: no space left on device"}',
    'DiskFull',
    'no space left on device',
  ],
  [
    'a disk that fails',
    1,
    '{"level":"fatal","msg":"failed to open WAL","error":"read /data/member/wal/0.wal: input/output error"}',
    'DiskFailing',
    'input/output error',
  ],
  [
    'certificates that have expired',
    1,
    '{"level":"warn","msg":"rejected connection","error":"tls: failed to verify certificate: x509: certificate has expired or is not yet valid"}',
    'TLSFailing',
    'certificate has expired',
  ],
  [
    'another cluster',
    1,
    '{"level":"warn","msg":"request cluster ID mismatch"}',
    'SeveralClusters',
    'cluster ID mismatch',
  ],
  [
    'a quota that is full, told by the probe',
    1,
    'etcd 11:59:58.10 ERROR ==> Active Alarm(s): memberID:1 alarm:NOSPACE',
    'NoSpaceAlarm',
    'NOSPACE',
  ],
  [
    'members that differ, found by etcd',
    1,
    '{"level":"fatal","msg":"checkInitialHashKV failed","error":"00a0 found data inconsistency with peers"}',
    'CorruptAlarm',
    'data inconsistency',
  ],
  [
    'flags that cannot be',
    1,
    '{"level":"fatal","msg":"error verifying flags, --listen-client-urls must be set"}',
    'ConfigurationInvalid',
    'error verifying flags',
  ],
  [
    'a name that does not resolve though its pod runs',
    1,
    '{"level":"warn","msg":"failed to resolve URL Host","error":"lookup etcd-0.etcd-headless.milvus.svc on 10.96.0.10:53: no such host"}',
    'DNSFailing',
    'no such host',
  ],
];

/** A member that crashes and says why. */
export const crashSituations: readonly Situation[] = crashes.map(([about, exitCode, raw, name, evidence]) => ({
  about,
  facts: etcdWith([crashing('etcd-2', exitCode, [cleanLine(raw)])]),
  case: name,
  pods: ['etcd-2'],
  evidence,
}));
