import { expect } from '@jest/globals';
import type { KubeClient } from '../../../src/kube/client.ts';
import { configMapKind } from '../../../src/kube/kinds.ts';
import { silent } from '../../../src/base/log.ts';
import type { Change } from '../../../src/kube/object-store.ts';
import { Reflector } from '../../../src/kube/reflector.ts';
import { until } from '../../support/until.ts';
import type { ApiServer } from '../support/api-server.ts';
import { startFaultyProxy, type FaultyProxy } from '../support/faulty-proxy.ts';
import { configMap, namespaceFor, type ConfigMap } from './config-maps.ts';

/** A reflector of one namespace behind a faulty proxy, and the means to compare it with the truth. */
export class FollowedCollection implements AsyncDisposable {
  readonly namespace: string;
  readonly proxy: FaultyProxy;
  /** Straight to the API server: makes changes and knows the truth. */
  readonly direct: KubeClient & AsyncDisposable;
  /** Through the proxy. */
  readonly client: KubeClient & AsyncDisposable;
  readonly reflector: Reflector<ConfigMap>;
  readonly changes: Change<ConfigMap>[] = [];

  static async of(server: ApiServer): Promise<FollowedCollection> {
    const proxy = await startFaultyProxy(server);
    const kubeconfig = await server.kubeconfigFor(proxy.url);
    return new FollowedCollection(server, await namespaceFor(server, 'reflector'), proxy, kubeconfig);
  }

  private constructor(server: ApiServer, namespace: string, proxy: FaultyProxy, kubeconfig: string) {
    this.namespace = namespace;
    this.proxy = proxy;
    this.direct = server.client();
    // The shortest life of a watch, so that a half-open one is found after 33 s.
    this.client = server.client({ kubeconfig, deadlineMs: 2_000, random: () => 0 });
    this.reflector = new Reflector<ConfigMap>({
      client: this.client,
      kind: configMapKind,
      namespaces: [namespace],
      labelSelector: 'test=yes',
      log: silent,
    });
    this.reflector.subscribe((change) => this.changes.push(change));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.reflector[Symbol.asyncDispose]();
    await this.client[Symbol.asyncDispose]();
    await this.direct[Symbol.asyncDispose]();
    await this.proxy[Symbol.asyncDispose]();
  }

  /** Starts with three objects, watched. */
  async follow(): Promise<void> {
    for (const name of ['kept', 'changed', 'deleted'])
      await this.direct.create(configMapKind, configMap(this.namespace, name));
    this.reflector.start();
    await until('a watch is open', () => this.reflector.hasSynced && this.proxy.openWatches === 1);
  }

  /** One of each: made, changed, deleted, deleted and made again. */
  async changeThings(): Promise<void> {
    const { direct, namespace } = this;
    await direct.create(configMapKind, configMap(namespace, 'made'));
    await direct.mergePatch(configMapKind, 'changed', namespace, { data: { round: String(performance.now()) } });
    await direct.delete(configMapKind, 'deleted', namespace);
    await direct.delete(configMapKind, 'kept', namespace);
    await direct.create(configMapKind, configMap(namespace, 'kept'));
  }

  /** The reflector comes to know what a direct list says, and has told one story per object. */
  async expectTheTruth(timeoutMs = 15_000): Promise<void> {
    const selection = { namespace: this.namespace, labelSelector: 'test=yes' };
    const { items } = await this.direct.list<ConfigMap>(configMapKind, selection);
    const wanted = items.map(identityOf).sort();
    await until(
      `the reflector knows ${wanted.join(', ')}`,
      () => JSON.stringify(this.reflector.list().map(identityOf).sort()) === JSON.stringify(wanted),
      { timeoutMs },
    );
    this.#expectOneStoryPerUid();
  }

  /** What was told of a name, in order. */
  storyOf(name: string): string[] {
    const own = this.changes.filter(({ object }) => object.metadata.name === name);
    return own.map(({ type, object }) => `${type} ${object.metadata.uid}`);
  }

  /** Lists asked for so far. */
  get lists(): number {
    return this.proxy.requests.filter(({ watch }) => !watch).length;
  }

  /** Watches asked for so far. */
  get watches(): number {
    return this.proxy.requests.filter(({ watch }) => watch).length;
  }

  /** Each uid: added once, then updated to other versions, at most one deletion at the end; and it adds up to the copy. */
  #expectOneStoryPerUid(): void {
    const stories = Map.groupBy(this.changes, ({ object }) => object.metadata.uid);
    const alive = [...stories].filter(([, story]) => story.at(-1)?.type !== 'deleted').map(([uid]) => uid);
    const held = this.reflector.list().map(({ metadata }) => metadata.uid);
    expect(alive.sort()).toEqual(held.sort());
    for (const story of stories.values()) {
      expect(story.map(({ type }) => type).join(' ')).toMatch(/^added( updated)*( deleted)?$/);
      const seen = story.filter(({ type }) => type !== 'deleted').map(({ object }) => object.metadata.resourceVersion);
      expect(new Set(seen).size).toBe(seen.length);
    }
  }
}

function identityOf({ metadata }: ConfigMap): string {
  return `${metadata.name} ${metadata.uid ?? ''} ${metadata.resourceVersion ?? ''}`;
}
