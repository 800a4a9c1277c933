import type { KubeClient } from './client.ts';
import { systemClock, type Clock } from '../base/clock.ts';
import type { CredentialSource } from './credentials.ts';
import { isNotFound } from './errors.ts';
import { HttpSession, type HttpCall, type RequestReport } from './http-session.ts';
import { podKind } from './kinds.ts';
import type { KubeList, KubeObject, ResourceKind, Stored } from './objects.ts';
import type { PodLogs } from './pod-logs.ts';
import { collectionPath, objectPath, subject, withQuery } from './paths.ts';
import { watchStream } from './watch-stream.ts';

/** Under this name the API server records which fields are the operator's (metadata.managedFields). */
export const FIELD_MANAGER = 'coordinator-pair-operator';

/** How to reach the API server, and who is told what. */
export interface KubeClientOptions extends CredentialSource {
  /** The operator's version, for the User-Agent. */
  readonly version: string;
  /** Which part of the program calls, for the User-Agent: `manager`, `cli`. */
  readonly component: string;
  /** For one try of one call, milliseconds; default 10 s. */
  readonly deadlineMs?: number;
  /** Calls under way at once, and so connections, watches apart; default 16. */
  readonly maxConcurrent?: number;
  /** Told of every request sent, tries counted one by one. */
  readonly onRequest?: (report: RequestReport) => void;
  readonly clock?: Clock;
  /** In [0, 1), for jitter. */
  readonly random?: () => number;
}

/**
 * A client for the API server that the kubeconfig or the pod's service account names. It connects on the first call.
 *
 * @throws Error when there is no usable kubeconfig or service account.
 */
export function createKubeClient(options: KubeClientOptions): KubeClient & PodLogs & AsyncDisposable {
  const { version, component, clock = systemClock, random = Math.random } = options;
  const session = new HttpSession({
    kubeconfig: options.kubeconfig,
    context: options.context,
    userAgent: `${FIELD_MANAGER}/${version} (${component})`,
    deadlineMs: options.deadlineMs ?? 10_000,
    maxConcurrent: options.maxConcurrent ?? 16,
    onRequest: options.onRequest ?? (() => undefined),
    clock,
    random,
  });

  async function write<T extends KubeObject>(call: Omit<HttpCall, 'body'>, object: object): Promise<Stored<T>> {
    return (await session.call({
      contentType: 'application/json',
      ...call,
      body: JSON.stringify(object),
    })) as Stored<T>;
  }

  return {
    async get<T extends KubeObject>(...[kind, name, namespace, { signal } = {}]: Parameters<KubeClient['get']>) {
      const action = `get ${subject(kind, name, namespace)}`;
      const path = objectPath(kind, name, namespace);
      try {
        return (await session.call({
          action,
          verb: 'get',
          method: 'GET',
          path,
          repeatable: 'always',
          signal,
        })) as Stored<T>;
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },

    async list<T extends KubeObject>(...[kind, selection = {}]: Parameters<KubeClient['list']>) {
      const { namespace, signal, labelSelector, fieldSelector, limit } = selection;
      const path = withQuery(collectionPath(kind, namespace), {
        labelSelector,
        fieldSelector,
        limit,
        continue: selection.continue,
      });
      const action = `list ${subject(kind, undefined, namespace)}`;
      const page = await session.call({ action, verb: 'list', method: 'GET', path, repeatable: 'always', signal });
      return identified(kind, page as KubeList<T>);
    },

    watch<T extends KubeObject>(...[kind, selection]: Parameters<KubeClient['watch']>) {
      const { namespace, labelSelector, fieldSelector, resourceVersion } = selection;
      const action = `watch ${subject(kind, undefined, namespace)}`;
      return watchStream<T>({
        action,
        open(timeoutSeconds, signal) {
          const path = withQuery(collectionPath(kind, namespace), {
            watch: true,
            allowWatchBookmarks: true,
            timeoutSeconds,
            resourceVersion,
            labelSelector,
            fieldSelector,
          });
          return session.open({ action, verb: 'watch', method: 'GET', path, repeatable: 'always', signal });
        },
        onOpen: selection.onOpen,
        signal: selection.signal,
        clock,
        random,
      });
    },

    create<T extends KubeObject>(...[kind, object, { signal } = {}]: Parameters<KubeClient['create']>) {
      const { name, namespace } = object.metadata;
      const path = withQuery(collectionPath(kind, requireNamespace(kind, object)), { fieldManager: FIELD_MANAGER });
      const action = `create ${subject(kind, name, namespace)}`;
      return write<T>({ action, verb: 'create', method: 'POST', path, repeatable: 'refused', signal }, object);
    },

    update<T extends KubeObject>(...[kind, object, { signal } = {}]: Parameters<KubeClient['update']>) {
      const { name, namespace } = object.metadata;
      const path = withQuery(objectPath(kind, name, namespace), { fieldManager: FIELD_MANAGER });
      const action = `update ${subject(kind, name, namespace)}`;
      return write<T>({ action, verb: 'update', method: 'PUT', path, repeatable: 'refused', signal }, object);
    },

    apply<T extends KubeObject>(...[kind, object, options = {}]: Parameters<KubeClient['apply']>) {
      const { signal, force = false, subresource } = options;
      const { name, namespace } = object.metadata;
      const path = withQuery(objectPath(kind, name, namespace, subresource), { fieldManager: FIELD_MANAGER, force });
      const action = `apply ${subject(kind, name, namespace)}`;
      const contentType = 'application/apply-patch+yaml';
      return write<T>(
        { action, verb: 'patch', method: 'PATCH', path, contentType, repeatable: 'always', signal },
        object,
      );
    },

    mergePatch<T extends KubeObject>(
      ...[kind, name, namespace, patch, options = {}]: Parameters<KubeClient['mergePatch']>
    ) {
      const { signal, subresource } = options;
      const path = withQuery(objectPath(kind, name, namespace, subresource), { fieldManager: FIELD_MANAGER });
      const action = `patch ${subject(kind, name, namespace)}`;
      const contentType = 'application/merge-patch+json';
      const repeatable = namesOneObject(patch) ? 'always' : 'refused';
      return write<T>({ action, verb: 'patch', method: 'PATCH', path, contentType, repeatable, signal }, patch);
    },

    async delete(kind, name, namespace, options = {}) {
      const { uid, resourceVersion, gracePeriodSeconds, propagationPolicy, signal } = options;
      const guarded = uid !== undefined || resourceVersion !== undefined;
      const body = {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        ...(guarded ? { preconditions: { uid, resourceVersion } } : {}),
        gracePeriodSeconds,
        propagationPolicy,
      };
      const action = `delete ${subject(kind, name, namespace)}`;
      const path = objectPath(kind, name, namespace);
      // Unguarded, a second try could hit an object made after the first one worked.
      const repeatable = guarded ? 'always' : 'refused';
      try {
        await write({ action, verb: 'delete', method: 'DELETE', path, repeatable, signal }, body);
        return true;
      } catch (error) {
        if (isNotFound(error)) return false;
        throw error;
      }
    },

    podLog(namespace, podName, { signal, ...query }) {
      const action = `get the log of container ${query.container} of ${subject(podKind, podName, namespace)}`;
      const path = withQuery(objectPath(podKind, podName, namespace, 'log'), query);
      return session.text({ action, verb: 'get', method: 'GET', path, repeatable: 'always', signal });
    },

    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** The items of a list of a built-in kind come without apiVersion and kind. */
function identified<T extends KubeObject>({ group, version, kind }: ResourceKind, page: KubeList<T>): KubeList<T> {
  const apiVersion = group === '' ? version : `${group}/${version}`;
  return { ...page, items: page.items.map((item) => ({ ...item, apiVersion, kind })) };
}

function requireNamespace(kind: ResourceKind, { metadata }: KubeObject): string | undefined {
  if (kind.namespaced && metadata.namespace === undefined)
    throw new TypeError(`${kind.plural} ${metadata.name}: no namespace given`);
  return metadata.namespace;
}

function namesOneObject(patch: object): boolean {
  if (!('metadata' in patch)) return false;
  const { metadata } = patch;
  return typeof metadata === 'object' && metadata !== null && 'uid' in metadata && typeof metadata.uid === 'string';
}
