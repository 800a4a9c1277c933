import { configMapName } from '../../api/names.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { USER_CONFIG_KEY } from '../../milvus/files.ts';
import { childMeta, type RenderInput } from './common.ts';

/** The user.yaml that `spec.config.inline` asks for; undefined when the spec has none of its own. */
export function configMap({ pair, userConfig }: RenderInput): KubeObject | undefined {
  if (pair.spec.config?.inline === undefined || userConfig === undefined) return undefined;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: childMeta(pair, configMapName(pair.metadata.name)),
    data: { [USER_CONFIG_KEY]: userConfig },
  } as KubeObject;
}
