import type { PairManifest, RuleExample } from './pairs.ts';
import { minimalSpec, pair } from './pairs.ts';
import { podRules } from './pod-rules.ts';
import { workloadRules } from './workload-rules.ts';

const of = (role: string, version: string): PairManifest => pair({ role, image: `milvusdb/milvus:v${version}` });
const etcd = (changes: Readonly<Record<string, unknown>>): PairManifest =>
  pair({ etcd: { ...minimalSpec.etcd, ...changes } });
const endpoint = (value: string): PairManifest => etcd({ endpoints: [value] });
const inline = (config: Readonly<Record<string, unknown>>): PairManifest => pair({ config: { inline: config } });
const nameRule =
  '`metadata.name` must be 2 to 40 lower-case letters, digits and hyphens, begin with a letter and end with a letter or digit: names of Services and pods are made from it';
const versionRule =
  '`version` must be set when the tag of `image` names no Milvus version, as with a digest alone, `latest` or a nightly build; for example `version: 2.4.15`';
const noCoordinatorFrom26 =
  '`role` rootcoord, querycoord or datacoord must run a Milvus version below 2.6: from 2.6 on `role` must be mixcoord';
const etcdInConfig =
  '`config.inline` must not set `etcd.endpoints`, `etcd.rootPath`, `etcd.metaSubPath`, `etcd.kvSubPath`, `etcd.auth` or `etcd.ssl`: they are set by `spec.etcd`';

/** Names, versions and roles. */
const identityRules: readonly RuleExample[] = [
  {
    about: 'a name of 40 characters',
    accepted: pair({}, 'a'.repeat(40)),
    refused: pair({}, 'a'.repeat(41)),
    sentence: nameRule,
  },
  { about: 'a name that begins with a letter', accepted: pair({}, 'a1'), refused: pair({}, '1a'), sentence: nameRule },
  { about: 'a name without dots', accepted: pair({}, 'my-pair'), refused: pair({}, 'my.pair'), sentence: nameRule },
  {
    about: 'an image that is one word',
    accepted: pair({ image: 'registry:5000/milvus:v2.4.15' }),
    refused: pair({ image: 'milvus v2.4.15', version: '2.4.15' }),
    sentence: '`image` must be an image reference without spaces, such as milvusdb/milvus:v2.4.15',
  },
  ...[
    'milvus',
    'milvus:latest',
    'milvus:v2.4-latest',
    'milvus:2.4-20240101-abcdef',
    'registry:5000/milvus',
    'milvus@sha256:00',
  ].map((image) => ({
    about: `a version beside the image ${image}`,
    accepted: pair({ image, version: '2.4.15' }),
    refused: pair({ image }),
    sentence: versionRule,
  })),
  {
    about: 'a tag before a digest',
    accepted: pair({ image: 'milvus:v2.4.15@sha256:00' }),
    refused: pair({ image: 'milvus:v2.2.2@sha256:00' }),
    sentence: 'the Milvus version must be 2.2.3 or newer: older versions have no working active-standby mode',
  },
  {
    about: 'a full version',
    accepted: pair({ version: 'v2.4.15-rc1' }),
    refused: pair({ version: '2.4.x' }),
    sentence: '`version` must be a full Milvus version such as 2.4.15 or 2.6.0-rc1',
  },
  {
    about: 'a version with a build, as servers of 2.2.8 register it',
    accepted: pair({ version: '2.2.8-pre+dev' }),
    refused: pair({ version: '2.2.2-pre+dev' }),
    sentence: 'the Milvus version must be 2.2.3 or newer: older versions have no working active-standby mode',
  },
  {
    about: 'a version with active-standby',
    accepted: of('rootcoord', '2.2.3'),
    refused: of('rootcoord', '2.2.2'),
    sentence: 'the Milvus version must be 2.2.3 or newer: older versions have no working active-standby mode',
  },
  {
    about: 'a version that counts more than the tag',
    accepted: pair({ image: 'my/milvus:1.0.0', version: '2.4.15' }),
    refused: pair({ version: '2.1.4' }),
    sentence: 'the Milvus version must be 2.2.3 or newer: older versions have no working active-standby mode',
  },
  {
    about: 'indexcoord in 2.2 only',
    accepted: of('indexcoord', '2.2.16'),
    refused: of('indexcoord', '2.3.0'),
    sentence:
      '`role` indexcoord must run Milvus 2.2: from 2.3 on the index coordinator is part of datacoord and has no process of its own',
  },
  ...['rootcoord', 'querycoord', 'datacoord'].map((role) => ({
    about: `${role} below 2.6`,
    accepted: of(role, '2.5.99'),
    refused: of(role, '2.6.0-rc1'),
    sentence: noCoordinatorFrom26,
  })),
  {
    about: 'rootcoord below 3',
    accepted: of('mixcoord', '3.0.0'),
    refused: of('rootcoord', '3.0.0'),
    sentence: noCoordinatorFrom26,
  },
  {
    about: 'rootcoord below 2.10',
    accepted: of('mixcoord', '2.10.0'),
    refused: of('rootcoord', '2.10.0'),
    sentence: noCoordinatorFrom26,
  },
];

/** Where etcd is and how to log in. */
const etcdRules: readonly RuleExample[] = [
  {
    about: 'an endpoint without a scheme',
    accepted: endpoint('etcd-0.etcd.milvus.svc:2379'),
    refused: endpoint('http://etcd:2379'),
    sentence:
      'each of `endpoints` must be `host:port` without a scheme such as http://; TLS is switched on by `etcd.tls`',
  },
  ...['etcd', 'etcd:', 'etcd:0', 'etcd:65536', 'etcd:2379/', 'fd00::1:2379', '-etcd:1', 'a b:1'].map((value) => ({
    about: `host and port, not ${value}`,
    accepted: endpoint('[fd00::1]:65535'),
    refused: endpoint(value),
    sentence: 'each of `endpoints` must be `host:port`, for example my-release-etcd:2379',
  })),
  ...['/', 'by-dev/', 'a//b', '.', 'a/../b'].map((rootPath) => ({
    about: `a root path, not ${rootPath}`,
    accepted: etcd({ rootPath: '/teams/search-1' }),
    refused: etcd({ rootPath }),
    sentence: '`etcd.rootPath` must be a path such as by-dev, teams/search or /milvus, without a slash at its end',
  })),
  {
    about: 'a meta path',
    accepted: etcd({ metaSubPath: 'meta_2' }),
    refused: etcd({ metaSubPath: 'meta/' }),
    sentence: '`etcd.metaSubPath` must be a path such as meta, without a slash at either end',
  },
  {
    about: 'a kv path',
    accepted: etcd({ kvSubPath: 'kv_2' }),
    refused: etcd({ kvSubPath: '/kv' }),
    sentence: '`etcd.kvSubPath` must be a path such as kv, without a slash at either end',
  },
  {
    about: 'etcd authentication from 2.3.7 on',
    accepted: pair({ image: 'm:v2.3.7', etcd: { ...minimalSpec.etcd, auth: { secretName: 'user' } } }),
    refused: pair({ image: 'm:v2.3.6', etcd: { ...minimalSpec.etcd, auth: { secretName: 'user' } } }),
    sentence: '`etcd.auth` must be left out before Milvus 2.3.7: older versions cannot log in to etcd',
  },
  {
    about: 'the name of the guard',
    accepted: etcd({ guardName: 'my-release.etcd' }),
    refused: etcd({ guardName: 'My_Guard' }),
    sentence: '`etcd.guardName` must be the name of an EtcdGuard',
  },
  {
    about: 'the name of the Secret with the user',
    accepted: etcd({ auth: { secretName: 'etcd.user' } }),
    refused: etcd({ auth: { secretName: 'Etcd_User' } }),
    sentence: '`etcd.auth.secretName` must be the name of a Secret',
  },
  {
    about: 'the name of the Secret with the certificates',
    accepted: etcd({ tls: { secretName: 'etcd-client' } }),
    refused: etcd({ tls: { secretName: '/etc/tls' } }),
    sentence: '`etcd.tls.secretName` must be the name of a Secret',
  },
  {
    about: 'a server name',
    accepted: etcd({ tls: { secretName: 'client', serverName: 'etcd.infra.svc' } }),
    refused: etcd({ tls: { secretName: 'client', serverName: 'https://etcd' } }),
    sentence: '`etcd.tls.serverName` must be a host name or an IP address',
  },
];

/** Overrides of milvus.yaml. */
const configRules: readonly RuleExample[] = [
  {
    about: 'one of two sources',
    accepted: pair({ config: { configMapName: 'milvus-config' } }),
    refused: pair({ config: { configMapName: 'milvus-config', inline: { log: { level: 'warn' } } } }),
    sentence: '`config` must have exactly one of `inline` and `configMapName`',
  },
  {
    about: 'a source at all',
    accepted: inline({ log: { level: 'warn' } }),
    refused: pair({ config: {} }),
    sentence: '`config` must have exactly one of `inline` and `configMapName`',
  },
  {
    about: 'the name of a ConfigMap',
    accepted: pair({ config: { configMapName: 'a' } }),
    refused: pair({ config: { configMapName: 'My Config' } }),
    sentence: '`config.configMapName` must be the name of a ConfigMap',
  },
  {
    about: 'user.yaml from 2.3 on',
    accepted: pair({ image: 'm:v2.3.0', config: { configMapName: 'c' } }),
    refused: pair({ image: 'm:v2.2.16', config: { configMapName: 'c' } }),
    sentence:
      '`config` must be left out before Milvus 2.3.0, which does not read user.yaml: set `pod.extraEnv` instead, for example DATA_COORD_SEGMENT_MAXSIZE',
  },
  ...['rootCoord', 'queryCoord', 'dataCoord', 'indexCoord', 'mixCoord'].flatMap((section) => [
    {
      about: `no ${section}.ip`,
      accepted: inline({ [section]: { gracefulStopTimeout: 5 } }),
      refused: inline({ [section]: { ip: '10.0.0.1' } }),
      sentence:
        '`config.inline` must not set the `ip` of a coordinator: ACTIVE and STANDBY would register one address, and Milvus would call the wrong one after a failover',
    },
    {
      about: `no ${section}.port`,
      accepted: inline({ [section]: {} }),
      refused: inline({ [section]: { port: 53100 } }),
      sentence:
        "`config.inline` must not set the `port` of a coordinator: the Services of the pair use Milvus' own ports",
    },
    {
      about: `no ${section}.enableActiveStandby`,
      accepted: inline({ [section]: {} }),
      refused: inline({ [section]: { enableActiveStandby: false } }),
      sentence: '`config.inline` must not set `enableActiveStandby`: a pair always runs with it',
    },
  ]),
  ...[
    { endpoints: 'etcd:2379' },
    { rootPath: 'x' },
    { metaSubPath: 'x' },
    { kvSubPath: 'x' },
    { auth: { enabled: true } },
    { ssl: {} },
  ].map((section) => ({
    about: `no etcd.${Object.keys(section).join()}`,
    accepted: inline({ etcd: { requestTimeout: 20000 } }),
    refused: inline({ etcd: section }),
    sentence: etcdInConfig,
  })),
  {
    about: 'no session TTL',
    accepted: inline({ common: { session: { retryTimes: 30 } } }),
    refused: inline({ common: { session: { ttl: 30 } } }),
    sentence: '`config.inline` must not set `common.session.ttl`: it is set by `spec.sessionTTLSeconds`',
  },
];

/** At least one example for each rule that looks at one object; those that compare with the old one are elsewhere. */
export const ruleExamples: readonly RuleExample[] = [
  ...identityRules,
  ...etcdRules,
  ...configRules,
  ...podRules,
  ...workloadRules,
];
