import type { Pace } from '../etcdcare/pace.ts';
import { settings } from './config-settings.ts';
import type { Setting, SettingName, Settings } from './config-settings.ts';
import type { ListenAddress, LogLevel } from './config-values.ts';
import { version } from './version.ts';

/** How replicas of the operator elect the one that acts. */
export interface LeaderElectionConfig {
  readonly namespace: string;
  /** Name of the Lease. */
  readonly name: string;
  readonly leaseDurationSeconds: number;
  readonly renewDeadlineSeconds: number;
  readonly retryPeriodSeconds: number;
}

/** What the operator process was told, checked and complete. */
export interface OperatorConfig {
  /** Empty: every namespace. */
  readonly watchNamespaces: readonly string[];
  /** False: nodes may not be read, so drains are not anticipated and a lost node is never proven dead. */
  readonly watchNodes: boolean;
  /** False: EtcdGuards are not looked after. */
  readonly etcdGuard: boolean;
  readonly etcdRepair: boolean;
  /** How patient guards and recoveries are. */
  readonly etcdPace: Pace;
  /** Where; empty: wherever guards are looked after. */
  readonly etcdRepairNamespaces: readonly string[];
  readonly allowLocalEndpoints: boolean;
  readonly allowPlainPasswords: boolean;
  /** The image of this program, for pods that carry a snapshot of etcd; absent: such pods cannot be made. */
  readonly operatorImage?: string;
  /** How many pairs are reconciled at the same time. */
  readonly concurrency: number;
  readonly clusterDomain: string;
  /** Path of a kubeconfig file; absent: the pod's service account. */
  readonly kubeconfig?: string;
  readonly leaderElection: LeaderElectionConfig;
  readonly healthAddress: ListenAddress;
  readonly metricsAddress: ListenAddress;
  readonly logLevel: LogLevel;
  /** Identity of this replica. */
  readonly podName: string;
  readonly version: string;
}

/** What the configuration is read from besides the flags. */
export interface Environment {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly hostname: string;
  /** Namespace of the pod's service account; undefined outside a pod. */
  readonly serviceAccountNamespace: () => string | undefined;
}

/** The texts of the flags that were given. */
export type Flags = Readonly<Partial<Record<SettingName, string>>>;

export type ConfigResult =
  | { readonly ok: true; readonly config: OperatorConfig }
  /** One sentence each: what was seen, where it came from, what is accepted. */
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Makes the configuration: a flag wins over the environment variable, that over the default. An empty environment
 * variable counts as unset. All mistakes are reported, not only the first.
 */
export function resolveConfig(flags: Flags, environment: Environment): ConfigResult {
  const { env } = environment;
  const found: Flags = {
    podName: environment.hostname.toLowerCase(),
    ...defined('leaderElectionNamespace', env.POD_NAMESPACE || environment.serviceAccountNamespace()),
  };
  const values: Partial<Record<SettingName, unknown>> = {};
  const problems: string[] = [];
  for (const [name, setting] of Object.entries(settings) as [SettingName, Setting<unknown>][]) {
    const text = flags[name] ?? (env[setting.env] || undefined) ?? setting.default ?? found[name];
    if (text === undefined) {
      if (setting.optional !== true) problems.push(missing(setting));
      continue;
    }
    values[name] = setting.parse(text);
    if (values[name] === undefined) problems.push(refused(setting, text, flags[name] !== undefined));
  }
  if (problems.length > 0) return { ok: false, problems };
  const complete = values as Settings;
  const contradictions = contradictionsOf(complete);
  return contradictions.length > 0 ? { ok: false, problems: contradictions } : { ok: true, config: toConfig(complete) };
}

function toConfig(values: Settings): OperatorConfig {
  const {
    leaderElectionNamespace,
    leaderElectionName,
    leaseDurationSeconds,
    renewDeadlineSeconds,
    retryPeriodSeconds,
    etcdObserveSeconds,
    etcdSettleSeconds,
    etcdStartUpSeconds,
    ...rest
  } = values;
  return {
    ...rest,
    etcdPace: {
      observeMs: etcdObserveSeconds * 1000,
      settledMs: etcdSettleSeconds * 1000,
      startUpMs: etcdStartUpSeconds * 1000,
    },
    leaderElection: {
      namespace: leaderElectionNamespace,
      name: leaderElectionName,
      leaseDurationSeconds,
      renewDeadlineSeconds,
      retryPeriodSeconds,
    },
    version,
  };
}

/** client-go lengthens the retry period by up to this factor, so its rule is ours (tools/leaderelection, v0.35). */
const retryJitter = 1.2;

function contradictionsOf(values: Settings): string[] {
  const found: string[] = [];
  const { leaseDurationSeconds: lease, renewDeadlineSeconds: renew, retryPeriodSeconds: retry } = values;
  if (renew >= lease) {
    found.push(
      `${named('renewDeadlineSeconds')} is ${renew} and ${named('leaseDurationSeconds')} is ${lease}; ` +
        'the renew deadline must be shorter than the lease, or two replicas could lead at once',
    );
  }
  if (retry * retryJitter >= renew) {
    found.push(
      `${named('retryPeriodSeconds')} is ${retry} and ${named('renewDeadlineSeconds')} is ${renew}; ` +
        `the renew deadline must be longer than ${retryJitter} times the retry period, or one lost call ends leadership`,
    );
  }
  const { healthAddress: health, metricsAddress: metrics } = values;
  const sameHost = health.host === undefined || metrics.host === undefined || health.host === metrics.host;
  if (health.port === metrics.port && health.port !== 0 && sameHost) {
    found.push(
      `${named('healthAddress')} and ${named('metricsAddress')} both listen on port ${health.port}; ` +
        'they must be different ports',
    );
  }
  return found;
}

function named(name: SettingName): string {
  return `${settings[name].flag} (${settings[name].env})`;
}

function refused(setting: Setting<unknown>, text: string, byFlag: boolean): string {
  const source = byFlag ? `${setting.flag} (or ${setting.env})` : `${setting.env} (or ${setting.flag})`;
  return `${source} is ${JSON.stringify(text)}; it must be ${setting.accepts}`;
}

function missing(setting: Setting<unknown>): string {
  return (
    `${setting.flag} (or ${setting.env}) is not set and could not be found out (${setting.defaultHelp ?? 'no default'}); ` +
    `it must be ${setting.accepts}`
  );
}

function defined(name: SettingName, text: string | undefined): Flags {
  return text === undefined ? {} : { [name]: text };
}
