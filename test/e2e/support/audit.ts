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
  /** Whom `kubectl --as` named. */
  readonly impersonatedUser?: { readonly username: string };
  readonly verb: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly objectRef?: {
    readonly apiGroup?: string;
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
export function operatorWrites(cluster: Cluster, selection: WriteSelection): Promise<Write[]> {
  return writesOf(cluster, operatorUser, selection);
}

/** What a user wrote, or tried to. */
export async function writesOf(
  cluster: Cluster,
  user: string,
  { sinceMs, namespace }: WriteSelection,
): Promise<Write[]> {
  return (await eventsOf(cluster, user, namespace))
    .filter(({ verb }) => !reads.includes(verb))
    .map(asWrite)
    .filter((write) => write.atMs >= sinceMs && (namespace === undefined || write.namespace === namespace));
}

/** What a user has used its permissions for, and what it was denied: `verb group/resource`, subresources included. */
export async function permissionUse(
  cluster: Cluster,
  user: string,
): Promise<{ readonly used: ReadonlySet<string>; readonly denied: ReadonlySet<string> }> {
  const used = new Set<string>();
  const denied = new Set<string>();
  for (const { verb, objectRef, annotations, responseStatus } of await eventsOf(cluster, user)) {
    if (!objectRef) continue;
    const { apiGroup = '', resource, subresource } = objectRef;
    const what = `${apiGroup}/${resource}${subresource === undefined ? '' : `/${subresource}`}`;
    (annotations?.['authorization.k8s.io/decision'] === 'forbid' ? denied : used).add(`${verb} ${what}`);
    // Server-side apply of what is not there takes both verbs (kube-apiserver 1.35, handlers/patch.go).
    if (verb === 'patch' && responseStatus?.code === 201) used.add(`create ${what}`);
  }
  return { used, denied };
}

const reads = ['get', 'list', 'watch'];

async function eventsOf(cluster: Cluster, user: string, namespace = ''): Promise<AuditEvent[]> {
  const lines = (await readFile(cluster.auditLogPath, 'utf8'))
    .split('\n')
    // Read as JSON only where it may be one of them: the log grows by megabytes a minute.
    .filter((line) => line.includes(user) && line.includes(namespace));
  return lines.map((line) => JSON.parse(line) as AuditEvent).filter((event) => userOf(event) === user);
}

/** `verb resource/subresource name`, for a failing test to show. */
export function inWords({ verb, resource, subresource, name }: Write): string {
  return `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`} ${name ?? ''}`.trim();
}

const userOf = ({ user, impersonatedUser }: AuditEvent): string => (impersonatedUser ?? user).username;

function asWrite(event: AuditEvent): Write {
  const { requestReceivedTimestamp, verb, objectRef, responseStatus } = event;
  return {
    atMs: Date.parse(requestReceivedTimestamp),
    user: userOf(event),
    verb,
    resource: objectRef?.resource ?? '',
    subresource: objectRef?.subresource,
    namespace: objectRef?.namespace,
    name: objectRef?.name,
    code: responseStatus?.code ?? 0,
  };
}
