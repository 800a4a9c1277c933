import { readFile } from 'node:fs/promises';
import type { Cluster } from '../../cluster/cluster.ts';
import { operatorUser } from './settings.ts';

/** A write that the API server took part in, whether it came about or not. */
export interface Write {
  readonly atMs: number;
  readonly user: string;
  readonly verb: string;
  readonly resource: string;
  readonly subresource: string | undefined;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /** HTTP status of the answer. */
  readonly code: number;
}

interface AuditEvent {
  readonly requestReceivedTimestamp: string;
  readonly user: { readonly username: string };
  readonly verb: string;
  readonly objectRef?: {
    readonly resource: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
}

/** Which writes to look for; what is absent may be anything. */
export interface WriteSelection {
  readonly sinceMs: number;
  readonly namespace?: string;
}

/** What the operator wrote, as the API server saw it. */
export async function operatorWrites(cluster: Cluster, { sinceMs, namespace }: WriteSelection): Promise<Write[]> {
  const lines = (await readFile(cluster.auditLogPath, 'utf8'))
    .split('\n')
    // Read as JSON only where it may be one of them: the log grows by megabytes a minute.
    .filter((line) => line.includes(operatorUser) && line.includes(namespace ?? ''));
  return lines
    .map((line) => asWrite(JSON.parse(line) as AuditEvent))
    .filter((write) => write.user === operatorUser && write.atMs >= sinceMs)
    .filter((write) => namespace === undefined || write.namespace === namespace);
}

/** `verb resource/subresource name`, for a failing test to show. */
export function inWords({ verb, resource, subresource, name }: Write): string {
  return `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`} ${name ?? ''}`.trim();
}

function asWrite({ requestReceivedTimestamp, user, verb, objectRef, responseStatus }: AuditEvent): Write {
  return {
    atMs: Date.parse(requestReceivedTimestamp),
    user: user.username,
    verb,
    resource: objectRef?.resource ?? '',
    subresource: objectRef?.subresource,
    namespace: objectRef?.namespace,
    name: objectRef?.name,
    code: responseStatus?.code ?? 0,
  };
}
