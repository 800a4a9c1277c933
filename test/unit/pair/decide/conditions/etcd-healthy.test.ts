import type { GuardView } from '../../../../../src/pair/guard-view.ts';
import { facts, known, look, unreachable, withStatus } from '../../support/facts.ts';
import { describeCondition } from '../../support/expect-conditions.ts';
import * as situations from '../../support/situations.ts';

const space = { memberID: 0x8211f1d0f64f3269n, name: 'NOSPACE' };
const corrupt = { memberID: 0x91bc3c398fb3c146n, name: 'CORRUPT' };
const withAlarms = (...alarms: readonly (typeof space)[]) =>
  facts({ etcd: { ...known(situations.bothRegistered, 30), alarms } as never });
const ailing = (diagnosis: object = {}): GuardView => ({
  name: 'etcd',
  verdict: 'Ailing',
  diagnosis: {
    case: 'DiskFull',
    sinceTime: '2026-01-01T11:00:00Z',
    pods: ['etcd-1'],
    evidence: 'write /bitnami/etcd/data/member/wal: no space left on device',
    certainty: 'Certain',
    remedy: 'enlarge the volume of etcd-1',
    ...diagnosis,
  },
});
const silent: GuardView = { name: 'etcd', verdict: 'Silent', why: "does not exist in the pair's namespace" };
const well: GuardView = { name: 'etcd', verdict: 'Healthy' };
const restarted = (guard: GuardView) =>
  withStatus(facts({ guard: { name: 'etcd', verdict: 'Pending' } }), look(facts({ guard })).status);

describeCondition('EtcdHealthy', [
  ['is true when a linearizable read succeeds', facts(), 'True', 'Healthy', /linearizable/],
  [
    'is unknown when nobody answers: the fault may be on the way',
    facts({ etcd: unreachable }),
    'Unknown',
    'EtcdUnreachable',
    /cannot be read/,
  ],
  [
    'is false when an endpoint answers and sees no leader',
    facts({ etcd: situations.noQuorum }),
    'False',
    'NoQuorum',
    /my-release-etcd:2379 answers and sees no leader/,
  ],
  [
    'is unknown before the first read',
    facts({ etcd: situations.pending }),
    'Unknown',
    'NotObserved',
    /not been read yet/,
  ],
  [
    'is false while the alarm NOSPACE stands, and names the member once',
    withAlarms(space, space),
    'False',
    'SpaceAlarm',
    /^etcd member 8211f1d0f64f3269 has raised the alarm NOSPACE: .*compact/,
  ],
  [
    'tells of CORRUPT before NOSPACE',
    withAlarms(space, corrupt),
    'False',
    'CorruptAlarm',
    /^etcd member 91bc3c398fb3c146 .*do not disarm/,
  ],
  [
    'tells of an alarm also while nothing can be read',
    facts({
      etcd: {
        ...unreachable,
        endpoints: [{ endpoint: 'a:2379', finding: 'Leader', detail: 'answers', alarms: [corrupt] }],
      } as never,
    }),
    'False',
    'CorruptAlarm',
    /CORRUPT/,
  ],
  [
    'takes over what its guard has found, with the remedy in words when no recovery does it',
    facts({ guard: ailing() }),
    'False',
    'Diagnosed',
    /^EtcdGuard etcd says: DiskFull of etcd-1 since 2026-01-01T11:00:00Z \(Certain\): .*no space left.*; remedy: enlarge the volume/,
  ],
  [
    'names the action and the recovery that carries it out',
    facts({ guard: ailing({ action: 'ReplaceMember', recoveryName: 'etcd-x7k' }) }),
    'False',
    'Diagnosed',
    /remedy: ReplaceMember: kubectl describe etcdrecovery etcd-x7k$/,
  ],
  [
    'names the action that no recovery carries out, and what to do by hand',
    facts({ guard: ailing({ action: 'ReplaceMember', pods: undefined }) }),
    'False',
    'Diagnosed',
    /DiskFull since .*remedy: ReplaceMember, or by hand: enlarge the volume of etcd-1$/,
  ],
  [
    'takes over what its guard has found also while the pair itself is blind',
    facts({ etcd: unreachable, guard: ailing() }),
    'False',
    'Diagnosed',
    /DiskFull/,
  ],
  [
    'keeps its own verdict of a lost quorum and adds what the guard has found',
    facts({ etcd: situations.noQuorum, guard: ailing() }),
    'False',
    'NoQuorum',
    /has no leader since .*; EtcdGuard etcd says: DiskFull/,
  ],
  [
    'is true with a guard that finds nothing wrong',
    facts({ guard: well }),
    'True',
    'Healthy',
    /^a linearizable read succeeds$/,
  ],
  [
    'says where the fault lies when the guard sees etcd and the pair does not',
    facts({ etcd: unreachable, guard: well }),
    'Unknown',
    'EtcdUnreachable',
    /EtcdGuard etcd finds every member well/,
  ],
  [
    'stays true with a guard that says nothing, and tells so',
    facts({ guard: silent }),
    'True',
    'GuardSilent',
    /^a linearizable read succeeds; EtcdGuard etcd does not exist/,
  ],
  [
    'keeps its own verdict with a guard that says nothing',
    facts({ etcd: situations.noQuorum, guard: silent }),
    'False',
    'NoQuorum',
    /no leader.*; EtcdGuard etcd does not exist/,
  ],
  [
    'keeps what the guard had found until an operator that has just started has read the guard',
    restarted(ailing()),
    'False',
    'Diagnosed',
    /DiskFull/,
  ],
  ['keeps that the guard said nothing until then, too', restarted(silent), 'True', 'GuardSilent', /does not exist/],
  ['forgets no other verdict for it', restarted(well), 'True', 'Healthy', /^a linearizable read succeeds$/],
]);
