import { dump, loadAll } from 'js-yaml';
import type { CoordinatorPair } from '../api/coordinator-pair.ts';
import { limits } from '../base/limits.ts';
import type { ConfigMap } from '../kube/core-types.ts';
import { USER_CONFIG_KEY } from '../milvus/files.ts';
import type { SpecProblem } from './facts.ts';
import type { References } from './references.ts';
import { oversized } from './settings-size.ts';

/** What a condition may hold of a parser's message. */
const MESSAGE_CHARACTERS = 400;
const BYTES = `more than ${limits.configBytes} characters`;

/** The user.yaml the pods mount: as text, as settings, or why it cannot be had. */
export interface UserConfig {
  readonly text?: string;
  readonly settings?: unknown;
  readonly problem?: SpecProblem;
}

/**
 * What `spec.config` asks for. A configuration beyond the limits is a problem of the spec: neither read nor rendered.
 *
 * @throws ApiError when the ConfigMap cannot be asked for.
 */
export async function userConfig(
  { metadata: { namespace }, spec: { config } }: CoordinatorPair,
  references: Pick<References, 'configMap'>,
): Promise<UserConfig> {
  if (config?.inline) return inlined(config.inline);
  if (config?.configMapName === undefined) return {};
  const object = await references.configMap(namespace, config.configMapName);
  if (object?.data?.[USER_CONFIG_KEY] !== undefined) return readOnce(object, config.configMapName);
  return {
    problem: {
      reason: 'ConfigMapNotFound',
      message: `spec.config.configMapName: ConfigMap ${config.configMapName} does not exist in the pair's namespace, may not be read, or lacks the key ${USER_CONFIG_KEY}; create it, or name another`,
    },
  };
}

function inlined(inline: object): UserConfig {
  const excess = oversized(inline);
  if (excess !== undefined) return tooLarge('spec.config.inline', excess);
  const text = dump(inline, { sortKeys: true, lineWidth: -1 });
  return text.length > limits.configBytes ? tooLarge('spec.config.inline', BYTES) : { text, settings: inline };
}

/** Pairs are reconciled far more often than their ConfigMaps are read: what was parsed is kept with the object. */
const parsedOf = new WeakMap<ConfigMap, UserConfig>();

function readOnce(object: ConfigMap, configMapName: string): UserConfig {
  const known = parsedOf.get(object);
  if (known) return known;
  const made = parsed(object.data?.[USER_CONFIG_KEY] ?? '', configMapName);
  parsedOf.set(object, made);
  return made;
}

/**
 * A file that is no YAML would keep Milvus from starting. Comments alone are a file without settings, as in the
 * ConfigMap of milvus-helm; of several documents Milvus reads the first.
 */
function parsed(text: string, configMapName: string): UserConfig {
  const where = `spec.config.configMapName: ${USER_CONFIG_KEY} in ConfigMap ${configMapName}`;
  if (text.length > limits.configBytes) return tooLarge(where, BYTES);
  try {
    const [settings] = loadAll(text, { maxAliases: limits.configAliases });
    const excess = oversized(settings);
    return excess === undefined ? { text, settings } : tooLarge(where, excess);
  } catch (error) {
    const said = error instanceof Error ? error.message.slice(0, MESSAGE_CHARACTERS) : String(error);
    return { problem: { reason: 'ConfigMapNotFound', message: `${where} is not YAML (${said}); mend it` } };
  }
}

function tooLarge(where: string, excess: string): UserConfig {
  return {
    problem: { reason: 'ConfigTooLarge', message: `${where} holds ${excess}; keep what differs from milvus.yaml` },
  };
}
