import { hostname } from 'node:os';
import type { Coordinator } from './coordinator.ts';
import type { Change, Revision } from './session-log.ts';

/**
 * What happened to the keys of each role, a line for each revision. Between roles of one process the order differs from
 * run to run, so each role has lines of its own.
 */
export type KeyTrace = Readonly<Record<string, readonly string[]>>;

/** The index of the process that put a key, by the port in the address it wrote; -1: none of these. */
export function ownerOf({ value }: Change, started: readonly Coordinator[]): number {
  const port = portIn(value ?? '');
  return started.findIndex(({ ports }) => Object.values(ports).includes(port));
}

/** What differs from run to run is named by its sense: `+rootcoord-A={...}`, `-rootcoord -rootcoord-A`. */
export function describeKeys(revisions: readonly Revision[], started: readonly Coordinator[]): KeyTrace {
  const lines: Record<string, string[]> = {};
  const names = new Map<string, string>();
  for (const { changes } of revisions) {
    for (const [role, ofRole] of Object.entries(Object.groupBy(changes, ({ key }) => roleOf(key)))) {
      const line = (ofRole ?? []).map((change) => describe(change, role, names, started)).join(' ');
      (lines[role] ??= []).push(line);
    }
  }
  return lines;
}

function describe(change: Change, role: string, names: Map<string, string>, started: readonly Coordinator[]): string {
  const { key, value, lease } = change;
  // Within a role the first server ID is A, the next one B: which number a role gets is chance where each takes its own.
  const named = (id: string): string => {
    const letter = String.fromCharCode(65 + [...names.keys()].filter((each) => each.startsWith(`${role} `)).length);
    if (!names.has(`${role} ${id}`)) names.set(`${role} ${id}`, letter);
    return names.get(`${role} ${id}`) ?? '';
  };
  const shownKey = key.replace(/-(\d+)$/, (_, id: string) => `-${named(id)}`);
  if (value === undefined) return `-${shownKey}`;
  if (!value.startsWith('{')) return `+${shownKey}=${value}`;
  const owner = ownerOf(change, started);
  const port = portIn(value);
  const portName = Object.entries(started[owner]?.ports ?? {}).find(([, number]) => number === port)?.[0];
  const fields = JSON.parse(value) as Record<string, unknown>;
  const ownLease = BigInt(/"LeaseID":(\d+)/.exec(value)?.[1] ?? 0) === lease; // more than a double holds
  const shown = {
    ...fields,
    ServerID: named(String(fields['ServerID'])),
    Address: `${portName ?? String(port)} of process ${String(owner + 1)}`,
    ...('LeaseID' in fields ? { LeaseID: ownLease ? 'that of the key' : 'another' } : {}),
    ...('HostName' in fields
      ? { HostName: fields['HostName'] === hostname() ? 'that of the machine' : 'another' }
      : {}),
  };
  return `+${shownKey}=${JSON.stringify(shown)}${lease === 0n ? ' without a lease' : ''}`;
}

const roleOf = (key: string): string => key.replace(/-\d+$/, '');

const portIn = (value: string): number => Number(/"Address":"[^"]*:(\d+)"/.exec(value)?.[1] ?? -1);
