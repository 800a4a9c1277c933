import type { Health, HealthState } from '../milvus/health.ts';

/**
 * What came of asking for `/healthz`. `Refused`: nothing listens there. `Silent`: no answer in time, or none that says
 * anything: of the process nothing is known.
 */
export type HealthAnswer = HealthState | 'Refused' | 'Silent';

/** What came of a connection to the role's own port. */
export type PortAnswer = 'Open' | 'Refused' | 'Silent';

/** Where a process of Milvus is asked. */
export interface ProbeAddress {
  /** IP address of its pod, without brackets. */
  readonly host: string;
  /** The role's own port, as registered. */
  readonly port: number;
}

/** One poll of a process. */
export interface ProbeAnswer {
  readonly health: HealthAnswer;
  /** The state of each of its roles by name, where it has several and has said so. */
  readonly roles?: NonNullable<Health['roles']>;
  readonly port: PortAnswer;
}

/** A process to poll: what listens at an address while this container runs there. */
export interface ProbeTarget extends ProbeAddress {
  readonly podUID: string;
  readonly containerID: string;
  /** Often while a planned end is under way, now and then otherwise. */
  readonly pace: 'Fast' | 'Slow';
}

/** What polling a container has found so far. */
export interface ProbeFinding extends ProbeAnswer {
  readonly podUID: string;
  readonly containerID: string;
  /** When the last poll began. */
  readonly at: Date;
  /** Since when every poll has found the same. */
  readonly since: Date;
  /** How many polls in a row have found it. */
  readonly times: number;
  /** When it last said that it serves or stands by; absent: never to this prober. */
  readonly servedAt?: Date;
}

/** The polling of one pair's processes. Nothing is asked while nothing is followed. */
export interface Probes extends Disposable {
  /** Polls exactly these from now on. The findings about a container that is followed no more are forgotten. */
  follow(targets: readonly ProbeTarget[]): void;
  readonly findings: readonly ProbeFinding[];
  /** One poll now, out of turn. @throws the signal's reason when it is aborted. */
  ask(address: ProbeAddress, signal: AbortSignal): Promise<ProbeAnswer>;
}

/** Hands out the polling of one pair. */
export interface ProbeSource {
  /** @param onChange called when the findings have turned. */
  open(onChange: () => void): Probes;
}
