/**
 * How much of what others write the operator takes in. One process serves every tenant, on one thread: whoever writes a
 * ConfigMap, a StatefulSet, a log line or answers as an etcd must cost milliseconds and kilobytes, whatever it is.
 *
 * Each limit lies far above what is in use and far below what delays others. Beyond it the object at fault gets a condition
 * or an error that names the limit; nothing is cut off unseen where a decision rests on it.
 */
export const limits = {
  /** user.yaml, bytes. A whole milvus.yaml of 2.6 has 70 KiB; js-yaml 5 takes about 0.1 s for this much. */
  configBytes: 128 * 1024,
  /** Settings in one configuration, aliases followed. A whole milvus.yaml of 2.6 has about 900. */
  configSettings: 10_000,
  /** How deep they nest. milvus.yaml: 5. */
  configDepth: 32,
  /** `*name` in one user.yaml. */
  configAliases: 100,

  /** One message of an etcd, bytes; the default of gRPC. */
  etcdMessageBytes: 4 * 1024 * 1024,
  /**
   * Fields of one message of an etcd, repeated ones counted one by one. An empty element takes two bytes on the wire and
   * 6 µs and 500 bytes of memory here: 4 MiB of them would take 13 s and 1 GiB (measured, proto-loader of grpc-js 1.14).
   */
  etcdMessageFields: 2_000,
  /** Keys asked for at a time. */
  etcdPageKeys: 1_000,
  /** Keys below one session prefix; each process of a Milvus has one or two. */
  sessionKeys: 10_000,
  /** What all of them hold, bytes. */
  sessionBytes: 8 * 1024 * 1024,
  /** One session, bytes. Milvus writes 200 to 600. */
  sessionValueBytes: 16 * 1024,
  /** Addresses that the name of one endpoint may have. */
  etcdAddresses: 32,
  /** For all pages of one read, milliseconds. */
  etcdReadMs: 5_000,
  /** A watch hands on no more than one answer in so long, milliseconds: it is a hint, and the read that follows sees all. */
  etcdWatchPauseMs: 20,
  /** Members of an etcd, in what it lists and in what its StatefulSet asks for: `status.members` holds as many. */
  etcdMembers: 32,
  /** Why an etcd refused a call, characters. */
  etcdDetailCharacters: 2 * 1024,
  /** A name or an address of a member, characters. */
  etcdNameCharacters: 1024,

  /** Command line and environment of an etcd container, characters. Those of Milvus' charts have about 3,000. */
  containerCharacters: 64 * 1024,
  /** The name of an image, characters. */
  imageCharacters: 1024,

  /** A container's log, as asked of the kubelet. */
  logLines: 200,
  logBytes: 64 * 1024,
  /** One line, before it is cleaned; etcd's longest hold a stack trace of some 3,000. */
  logLineCharacters: 16 * 1024,
  /** Events about one object that are read, and of those how many are looked at, the newest. */
  eventsRead: 500,
  eventsKept: 50,
  /** Pods that one label selector may bring. */
  selectedPods: 500,

  /** What a Job leaves in its termination log, characters; the kubelet keeps 4,096. */
  resultCharacters: 16 * 1024,

  /** The journal of a recovery, characters. With the manifest of a large StatefulSet it has about 50,000. */
  journalCharacters: 512 * 1024,
  /** What one journal has to revert. zod takes 4 µs for each fault that it finds: a megabyte of them took seconds. */
  journalChanges: 1_000,

  /** One answer of the API server, bytes. A page that is larger is asked for again in smaller pages. */
  apiAnswerBytes: 16 * 1024 * 1024,
  /** Objects asked for at a time. */
  apiPageObjects: 500,

  /** A resource.Quantity, characters; the longest that Kubernetes writes has about 25. */
  quantityCharacters: 64,
} as const;
