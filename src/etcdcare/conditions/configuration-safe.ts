import { answered } from '../diagnose/quorum.ts';
import type { EtcdFacts } from '../facts.ts';
import type { Assessment, Finding } from './assessment.ts';

const type = 'ConfigurationSafe';

type Reason = Finding<typeof type>['reason'];

interface Advisory {
  readonly reason: Reason;
  readonly message: string;
}

/** Whether anything is known against version, probes or start-up of this etcd, the worst first. */
export function configurationSafe({ facts }: Assessment): Finding<typeof type> {
  const found = advisories.flatMap((advisory) => advisory(facts) ?? []);
  const [worst] = found;
  if (!worst) return { type, status: 'True', reason: 'Safe', message: 'nothing is known against this configuration' };
  return { type, status: 'False', reason: worst.reason, message: found.map(({ message }) => message).join('; ') };
}

const advisories: readonly ((facts: EtcdFacts) => Advisory | undefined)[] = [
  ({ setup }) =>
    setup.switches.has('ETCD_DISASTER_RECOVERY')
      ? {
          reason: 'DisasterRecoveryOn',
          message:
            'ETCD_DISASTER_RECOVERY is set: should all members restart at once, the image of bitnami replaces the data by its last snapshot; take it out',
        }
      : undefined,
  ({ setup }) =>
    setup.switches.has('ETCD_START_FROM_SNAPSHOT')
      ? {
          reason: 'StartFromSnapshotOn',
          message: 'ETCD_START_FROM_SNAPSHOT is set: a member that starts empty takes an old snapshot; take it out',
        }
      : undefined,
  knownCorruption,
  ({ setup: { image } }) =>
    /^(docker\.io\/)?bitnami\/etcd[:@]/.test(image)
      ? {
          reason: 'FrozenImage',
          message: `${image} can no longer be pulled since 2025: versioned tags of bitnami were moved to bitnamilegacy; change to milvusdb/etcd or mirror it`,
        }
      : undefined,
  ({ setup: { liveness } }) =>
    liveness !== undefined && /healthcheck\.sh|endpoint health|^\/health$/.test(liveness)
      ? {
          reason: 'UnsafeLiveness',
          message: `the liveness probe (${liveness}) fails for every member when the quorum is lost or an alarm stands, and the kubelet then restarts all of them; probe /livez (etcd 3.5.11 and newer)`,
        }
      : undefined,
];

/**
 * Versions that lose or damage data by themselves: 3.5.0 to 3.5.2 after a crash under load (etcd#13766), up to 3.5.5
 * when a defragmentation is interrupted.
 */
function knownCorruption({ setup, ...facts }: EtcdFacts): Advisory | undefined {
  const running = answered(facts).map(({ answer }) => answer.status.version);
  const byTag = /:v?(\d+\.\d+\.\d+)/.exec(setup.image)?.[1];
  const versions = running.length > 0 ? running : byTag === undefined ? [] : [byTag];
  const bad = versions.filter((version) => /^3\.5\.[0-5]$/.test(version)).sort();
  if (bad[0] === undefined) return undefined;
  const when = /^3\.5\.[0-2]$/.test(bad[0]) ? 'after a crash under load' : 'when a defragmentation is interrupted';
  return {
    reason: 'KnownCorruption',
    message: `etcd ${bad[0]} is known to damage its data ${when}; upgrade to the newest 3.5`,
  };
}
