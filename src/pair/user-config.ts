import { dump, loadAll } from 'js-yaml';
import type { CoordinatorPair } from '../api/coordinator-pair.ts';
import { USER_CONFIG_KEY } from '../milvus/files.ts';
import type { SpecProblem } from './facts.ts';
import type { References } from './references.ts';

/** The user.yaml the pods mount: as text, as settings, or why it cannot be had. */
export interface UserConfig {
  readonly text?: string;
  readonly settings?: unknown;
  readonly problem?: SpecProblem;
}

/**
 * What `spec.config` asks for.
 *
 * @throws ApiError when the ConfigMap cannot be asked for.
 */
export async function userConfig(
  { metadata: { namespace }, spec: { config } }: CoordinatorPair,
  references: Pick<References, 'configMap'>,
): Promise<UserConfig> {
  if (config?.inline) return { text: dump(config.inline, { sortKeys: true, lineWidth: -1 }), settings: config.inline };
  if (config?.configMapName === undefined) return {};
  const text = (await references.configMap(namespace, config.configMapName))?.data?.[USER_CONFIG_KEY];
  if (text !== undefined) return parsed(text, config.configMapName);
  return {
    problem: {
      reason: 'ConfigMapNotFound',
      message: `spec.config.configMapName: ConfigMap ${config.configMapName} does not exist in the pair's namespace, may not be read, or lacks the key ${USER_CONFIG_KEY}; create it, or name another`,
    },
  };
}

/**
 * A file that is no YAML would keep Milvus from starting. Comments alone are a file without settings, as in the
 * ConfigMap of milvus-helm; of several documents Milvus reads the first.
 */
function parsed(text: string, configMapName: string): UserConfig {
  try {
    return { text, settings: loadAll(text)[0] };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return {
      problem: {
        reason: 'ConfigMapNotFound',
        message: `spec.config.configMapName: ${USER_CONFIG_KEY} in ConfigMap ${configMapName} is not YAML (${said}); mend it`,
      },
    };
  }
}
