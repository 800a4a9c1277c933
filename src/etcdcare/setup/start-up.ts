import type { Container } from './stateful-set.ts';

/**
 * What an image does before etcd runs, which decides what is safe to do to its data:
 *
 * - `M`: milvusdb/etcd, what Milvus' charts install since 3.0.27: no member_id file, no removal when a pod ends.
 * - `G1`: bitnami/etcd on debian-10 (to mid 2022): keeps a member_id file; a pod that ends removes its member.
 * - `G2`: bitnami/etcd on debian-11 and early debian-12: the same, with switches to turn it off.
 * - `G3`: bitnami/etcd from 3.5.17 on: removes and adds its own member by itself, and wipes its data to do so.
 * - `Plain`: etcd itself, no script.
 * - `Unknown`: none of these.
 */
export type StartUp = 'M' | 'G1' | 'G2' | 'G3' | 'Plain' | 'Unknown';

/** Tells the generation by the image and the command line. */
export function startUpOf({ image = '', command = [], args = [] }: Container): StartUp {
  const [, catalogue, tag = ''] = /(?:^|\/)([^/]+)\/etcd(?::([^@]+))?(?:@.*)?$/.exec(image) ?? [];
  if (catalogue === 'milvusdb') return 'M';
  if (catalogue?.startsWith('bitnami')) return bitnamiGeneration(tag);
  const words = [...command, ...args].flatMap((text) => text.trim().split(/\s+/));
  const direct = words.some((word) => /(^|\/)etcd$/.test(word)) || words.some((word) => word.startsWith('--listen-'));
  return direct ? 'Plain' : 'Unknown';
}

function bitnamiGeneration(tag: string): StartUp {
  const [, major, minor, patch, debian] = /^(\d+)\.(\d+)\.(\d+)-debian-(\d+)/.exec(tag) ?? [];
  if (debian === undefined) return 'Unknown';
  if (Number(debian) <= 10) return 'G1';
  const version = Number(major) * 10_000 + Number(minor) * 100 + Number(patch);
  return Number(debian) >= 12 && version >= 30_517 ? 'G3' : 'G2';
}
