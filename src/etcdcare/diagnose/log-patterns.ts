import type { Check } from './ailment.ts';
import { replaceMember, steps } from './advice.ts';
import { logPattern } from './log-pattern.ts';

/*
 * Problems that etcd, its start-up scripts, the kernel or the kubelet name in a line of their own. The lines of etcd are
 * those that 3.5 and 3.6 print when they are damaged or misconfigured in that way: the integration tests do it.
 */

/**
 * Bitnami images up to about 3.5.4-debian-10 keep the member's ID in a file and exit when it is empty. Newer images have
 * no such file.
 */
export const emptyMemberID: Check = logPattern({
  case: 'MemberIDFileEmpty',
  pattern: /bad member ID arg \(strconv\.ParseUint: parsing "": invalid syntax\), expecting ID in Hex/,
  remedy: (_, pods) =>
    steps(
      'Leave claim and data: the database is intact, only a derived file is empty.',
      `In a container that mounts the volume of ${pods[0] ?? 'the pod'} (kubectl debug with the same image, runAsUser 1001), see that data/member/wal and data/member/snap/db exist and that data/member_id is empty.`,
      'Move the empty file out of the data directory (mv data/member_id member_id.bad-<date>).',
      'Delete the pod, which ends the back-off: the member starts with its own data.',
      'Change to an image without that file, milvusdb/etcd, by the values of the chart.',
    ),
});

/** An empty member whose template still says state `new`, while the cluster knows the member. */
export const alreadyBootstrapped: Check = logPattern({
  case: 'AlreadyBootstrapped',
  pattern: /member [0-9a-f]+ has already been bootstrapped/,
  remedy: replaceMember,
});

/** A member that was removed while it was down; its data directory can never join again (etcd 3.4 to 3.6). */
export const memberRemoved: Check = logPattern({
  case: 'MemberRemoved',
  pattern: /the member has been permanently removed from the cluster|etcdserver: member not found/,
  remedy: replaceMember,
});

/** A member whose own list of members does not match the cluster's: added twice, or not at all. */
export const memberCountUnequal: Check = logPattern({
  case: 'MemberCountUnequal',
  pattern: /error validating peerURLs .*member count is unequal/,
  remedy: (input, pods) =>
    `Its own list of members does not match the cluster's: compare etcdctl member list with ETCD_INITIAL_CLUSTER. ${replaceMember(input, pods)}`,
});

/** A member that came back without the log it had: emptied, and not removed before. */
export const memberLogLost: Check = logPattern({
  case: 'MemberLogLost',
  pattern: /tocommit\(\d+\) is out of range \[lastIndex\(\d+\)\]/,
  remedy: replaceMember,
});

/** Of the write-ahead log: records that do not match their checksum, and files without a head, which read as no log at all. */
const damagedLog =
  /(?:walpb|wal): crc mismatch|wal: max entry size limit exceeded|wal: file not found|cannot use none as id|wal: snapshot not found/;

/** Of the snapshots beside the database. */
const damagedSnapshot =
  /snap: crc mismatch|snap: empty snapshot|failed to find database snapshot file|snap: snapshot file doesn't exist|database file \(.*\) of the backend is missing/;

/** Of the database, as bbolt names it. */
const damagedDatabase =
  /freepages: failed to get all reachable pages|Page expected to be|invalid page type|page \d+ already freed|invalid database|file size too small|unexpected fault address/;

const damagedData = logPattern({
  case: 'DataDamaged',
  pattern: new RegExp([damagedLog, damagedSnapshot, damagedDatabase].map(({ source }) => source).join('|')),
  remedy: replaceMember,
});

/** bbolt takes a damaged page for what it says it is, and runs out of the bounds of its memory. */
const panicOnData = logPattern({
  case: 'DataDamaged',
  pattern: /panic: runtime error: (?:slice bounds|index|makeslice: len) out of range/,
  besides: /^go\.etcd\.io\/bbolt\./,
  remedy: replaceMember,
});

/** A data directory that etcd refuses or dies on: write-ahead log, snapshot or database (bbolt). */
export const dataDamaged: Check = (input) => damagedData(input) ?? panicOnData(input);

/** The volume of a member is full. */
export const diskFull: Check = logPattern({
  case: 'DiskFull',
  pattern: /no space left on device|disk quota exceeded/i,
  events: true,
  remedy: () =>
    'Make the claim larger where its storage class allows it (spec.resources.requests.storage), or remove what is not etcd’s own from the volume: old data.bak-* directories and *.snap.db files of an interrupted transfer. Delete nothing else below member/. The data is intact.',
});

/** The disk below a member cannot be read or written. */
export const diskFailing: Check = logPattern({
  case: 'DiskFailing',
  pattern: /input\/output error|read-only file system|structure needs cleaning/i,
  events: true,
  remedy: ({ quorum }) =>
    quorum.verdict === 'Quorate'
      ? 'The volume fails, not etcd. Set its PersistentVolume to persistentVolumeReclaimPolicy Retain, give the pod a new volume, and replace the member: remove it at a healthy member first, then delete claim and pod, then let it join with state existing.'
      : 'The volume fails, and the quorum is lost: copy what can be read of it before anything else, bring the other members back first.',
});

/** Certificates that members refuse of each other, and members of which one speaks TLS and the other does not. */
export const tlsFailing: Check = logPattern({
  case: 'TLSFailing',
  pattern:
    /x509: [^"]*|tls: (?:bad certificate|failed to verify|expired certificate|unknown certificate|first record does not look like a TLS handshake|client didn't provide a certificate|client offered only unsupported versions|certificate required|protocol version not supported)|certificate has expired|server gave HTTP response to HTTPS client/,
  certainty: 'Likely',
  events: true,
  remedy: () =>
    'Compare what the members are told: peer and client URLs of one scheme (http or https) in every member, the same versions of TLS, and the dates, names and CA of the certificates in the Secrets that the StatefulSet mounts. Correct it there, then restart the members one by one, each when the one before is healthy. Touch no data.',
});
