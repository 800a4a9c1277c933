/** What stands in capitals in the commands of the pages, and what test/e2e/parallel/docs-commands.test.ts puts in for it. */
export const ownWords = [
  /** The pair. */
  'NAME',
  'PAIR',
  'NAMESPACE',
  /** The pod that stands by. */
  'POD',
  'ADDRESS',
  'SELECTOR',
  /** A kind that the pair's name is also the name of: its StatefulSet. */
  'KIND',
  /** Of a proposal that waits for approval. */
  'ID',
  'HOST',
  'YOUR-ETCD-IMAGE',
  'ROOTPATH',
  'ROLE',
] as const;

/** One of them. */
export type OwnWord = (typeof ownWords)[number];
