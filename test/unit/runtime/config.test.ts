import { describe, expect, it } from '@jest/globals';
import { resolveConfig } from '../../../src/runtime/config.ts';
import type { ConfigResult, Flags } from '../../../src/runtime/config.ts';

const inPod = { hostname: 'Host-1', serviceAccountNamespace: () => 'from-account' };

function resolve(flags: Flags, env: Record<string, string> = {}): ConfigResult {
  return resolveConfig(flags, { ...inPod, env });
}

function problemsOf(flags: Flags, env: Record<string, string> = {}): readonly string[] {
  const result = resolve(flags, env);
  return result.ok ? [] : result.problems;
}

describe('resolveConfig', () => {
  it('has a complete configuration without any flag', () => {
    expect(resolve({})).toEqual({
      ok: true,
      config: {
        watchNamespaces: [],
        watchNodes: true,
        etcdGuard: true,
        etcdRepair: true,
        etcdRepairNamespaces: [],
        etcdPace: { observeMs: 30_000, settledMs: 15_000, startUpMs: 120_000 },
        allowLocalEndpoints: false,
        allowPlainPasswords: false,
        concurrency: 8,
        clusterDomain: 'cluster.local',
        leaderElection: {
          namespace: 'from-account',
          name: 'coordinator-pair-operator',
          leaseDurationSeconds: 15,
          renewDeadlineSeconds: 10,
          retryPeriodSeconds: 2,
        },
        healthAddress: { port: 8081 },
        metricsAddress: { port: 8080 },
        logLevel: 'info',
        podName: 'host-1',
        version: '0.0.0-source',
      },
    });
  });

  it('is as patient with an etcd as is asked for, down to a floor', () => {
    const least = { etcdObserveSeconds: '10', etcdSettleSeconds: '5', etcdStartUpSeconds: '60' };
    const etcdPace = { observeMs: 10_000, settledMs: 5_000, startUpMs: 60_000 };
    expect(resolve(least)).toMatchObject({ config: { etcdPace } });
    expect(problemsOf({ etcdObserveSeconds: '9', etcdSettleSeconds: '4', etcdStartUpSeconds: '59' })).toEqual([
      '--etcd-observe-seconds (or ETCD_OBSERVE_SECONDS) is "9"; it must be a whole number of seconds from 10 to 3600',
      '--etcd-settle-seconds (or ETCD_SETTLE_SECONDS) is "4"; it must be a whole number of seconds from 5 to 3600',
      '--etcd-start-up-seconds (or ETCD_START_UP_SECONDS) is "59"; it must be a whole number of seconds from 60 to 3600',
    ]);
  });

  it('prefers a flag to the environment, and that to the default', () => {
    expect(resolve({}, { CONCURRENCY: '16' })).toMatchObject({ config: { concurrency: 16 } });
    expect(resolve({ concurrency: '32' }, { CONCURRENCY: '16' })).toMatchObject({ config: { concurrency: 32 } });
  });

  it('takes an empty environment variable for an unset one, but not an empty flag', () => {
    expect(resolve({}, { CONCURRENCY: '' })).toMatchObject({ config: { concurrency: 8 } });
    expect(problemsOf({ concurrency: '' })).toEqual([
      '--concurrency (or CONCURRENCY) is ""; it must be a whole number from 1 to 256',
    ]);
  });

  it('elects in POD_NAMESPACE before the namespace of the service account', () => {
    expect(resolve({}, { POD_NAMESPACE: 'here' })).toMatchObject({ config: { leaderElection: { namespace: 'here' } } });
  });

  it('says that it needs a namespace to elect in where none can be found out', () => {
    const result = resolveConfig({}, { env: {}, hostname: 'host', serviceAccountNamespace: () => undefined });
    expect(result).toEqual({
      ok: false,
      problems: [
        '--leader-election-namespace (or LEADER_ELECTION_NAMESPACE) is not set and could not be found out ' +
          '(POD_NAMESPACE, else the namespace of the service account); it must be the name of a namespace',
      ],
    });
  });

  it('reads a list of namespaces with blanks and repetitions', () => {
    expect(resolve({ watchNamespaces: 'a, b,a' })).toMatchObject({ config: { watchNamespaces: ['a', 'b'] } });
    expect(resolve({ watchNamespaces: '' }, { WATCH_NAMESPACES: 'a' })).toMatchObject({
      config: { watchNamespaces: [] },
    });
  });

  it('keeps the path of a kubeconfig', () => {
    expect(resolve({}, { KUBECONFIG: '/home/me/.kube/config' })).toMatchObject({
      config: { kubeconfig: '/home/me/.kube/config' },
    });
  });

  it('reports every mistake, naming where the value came from, the value and what is accepted', () => {
    expect(problemsOf({ concurrency: '0', watchNodes: 'yes' }, { LOG_LEVEL: 'loud' })).toEqual([
      '--watch-nodes (or WATCH_NODES) is "yes"; it must be true or false',
      '--concurrency (or CONCURRENCY) is "0"; it must be a whole number from 1 to 256',
      'LOG_LEVEL (or --log-level) is "loud"; it must be one of trace, debug, info, warn, error',
    ]);
  });

  it.each<[string, Flags, string]>([
    ['a renew deadline as long as the lease', { renewDeadlineSeconds: '15' }, 'must be shorter than the lease'],
    ['a retry period as long as the renew deadline', { retryPeriodSeconds: '9' }, 'must be longer than 1.2 times'],
    ['one port for health and metrics', { healthAddress: ':8080' }, 'both listen on port 8080'],
    ['that port on one host and on all', { healthAddress: '127.0.0.1:8080' }, 'both listen on port 8080'],
  ])('refuses %s', (_, flags, words) => {
    expect(problemsOf(flags)).toEqual([expect.stringContaining(words)]);
  });

  it('accepts one port on two hosts, and any free port twice', () => {
    expect(problemsOf({ healthAddress: '127.0.0.1:80', metricsAddress: '[::1]:80' })).toEqual([]);
    expect(problemsOf({ healthAddress: ':0', metricsAddress: ':0' })).toEqual([]);
  });
});
