import { operatorWrites } from '../support/audit.ts';
import type { Fault } from './faults.ts';
import type { ChaosWorld } from './make.ts';
import type { Marks, Overlap } from './marks.ts';
import type { MemberLog } from './member-log.ts';

/** A pair under test, with what its version does by itself. */
export interface ChaosPair {
  readonly name: string;
  readonly spec: object;
  /**
   * How long an ACTIVE that was cut off or stopped works on beside its successor, by Milvus alone: measured with the
   * session code of 2.5 (31 s) and of 2.6.13 (30 s); a second for the measuring.
   */
  readonly longestOverlapMs: number;
}

/** Without a cut or a freeze no version works twice: one mark, and the time a write takes on a busy machine. */
const NO_OVERLAP_MS = 250;
/** A client's patience (30 s) and a lease after the fault has begun. */
const ECHO_MS = 90_000;

/** What makes an ACTIVE work on without knowing that its lease is gone. */
const blinding = new Set<Fault['kind']>(['freeze', 'cut node', 'stop etcd']);

/** Remembers when ACTIVEs were kept from seeing their lease, by the monotonic clock that marks are written by. */
export class BlindTimes {
  readonly #spans: { readonly fromMs: number; readonly untilMs: number }[] = [];

  add(faults: readonly Fault[], fromMs: number, untilMs: number): void {
    if (faults.some(({ kind }) => blinding.has(kind))) this.#spans.push({ fromMs, untilMs: untilMs + ECHO_MS });
  }

  includes(atMs: number): boolean {
    return this.#spans.some(({ fromMs, untilMs }) => fromMs <= atMs && atMs <= untilMs);
  }
}

/** Two processes at work for longer than Milvus alone would have them; in words. */
export async function forbiddenOverlaps(
  { name, longestOverlapMs }: ChaosPair,
  marks: Marks,
  blind: BlindTimes,
): Promise<{ readonly forbidden: readonly string[]; readonly longestMs: number }> {
  const overlaps = await marks.overlaps();
  const limitOf = ({ fromMs }: Overlap) => (blind.includes(fromMs) ? longestOverlapMs : NO_OVERLAP_MS);
  return {
    forbidden: overlaps
      .filter((overlap) => overlap.lengthMs > limitOf(overlap))
      .map(({ files, lengthMs }) => `${name}: ${files.join(' and ')} both worked for ${Math.round(lengthMs)} ms`),
    longestMs: Math.round(Math.max(0, ...overlaps.map(({ lengthMs }) => lengthMs))),
  };
}

/** Pods that the operator deleted while no other process of the pair was registered; in words. */
export async function lastMembersDeleted(
  { scene, pairs }: ChaosWorld,
  members: MemberLog,
  sinceMs: number,
): Promise<readonly string[]> {
  const { cluster, namespace } = scene;
  const deletes = (await operatorWrites(cluster, { sinceMs, namespace })).filter(
    ({ verb, resource, code }) => verb === 'delete' && resource === 'pods' && code < 300,
  );
  return deletes.flatMap(({ atMs, name = '' }) => {
    const pair = pairs.find((candidate) => name.startsWith(`${candidate.name}-`))?.name ?? '';
    const others = members.at(pair, atMs).filter((hostName) => hostName !== name);
    return others.length > 0
      ? []
      : [`${name} was deleted at ${new Date(atMs).toISOString()} and nobody else was registered`];
  });
}
