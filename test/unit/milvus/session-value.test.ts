import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hostOfAddress, portOfAddress, parseSessionValue } from '../../../src/milvus/session-value.ts';

describe('the value of a session', () => {
  it('of 2.2 has neither lease nor host name', () => {
    const text =
      '{"ServerID":1,"ServerName":"rootcoord","Address":"10.1.0.3:53100","Exclusive":true,"TriggerKill":true,"Version":"2.2.8"}';
    expect(parseSessionValue(text)).toEqual({
      kind: 'session',
      session: { serverID: 1n, serverName: 'rootcoord', address: '10.1.0.3:53100', version: '2.2.8' },
    });
  });

  it('of 2.5 keeps every digit of the lease', () => {
    const text =
      '{"ServerID":1,"ServerName":"mixcoord","Address":"10.1.0.1:53100","Exclusive":true,"TriggerKill":true,"Version":"2.5.10","IndexEngineVersion":{},"ScalarIndexEngineVersion":{},"LeaseID":3824578620367601928,"HostName":"mixcoord-0"}';
    expect(parseSessionValue(text)).toEqual({
      kind: 'session',
      session: {
        serverID: 1n,
        serverName: 'mixcoord',
        address: '10.1.0.1:53100',
        version: '2.5.10',
        hostName: 'mixcoord-0',
        leaseID: 3824578620367601928n,
      },
    });
  });

  it('of 3.x lacks TriggerKill and may have fields nobody knows yet', () => {
    const text =
      '{"ServerID":9223372036854775807,"ServerName":"mixcoord","Address":"[fd00::7]:53100","Exclusive":true,"Version":"2.6.6","New":[1.5,{"a":null}]}';
    expect(parseSessionValue(text)).toEqual({
      kind: 'session',
      session: { serverID: 9223372036854775807n, serverName: 'mixcoord', address: '[fd00::7]:53100', version: '2.6.6' },
    });
  });

  const whole = { ServerID: 1, ServerName: 'rootcoord', Address: '10.0.0.1:53100', Version: '2.4.15' };
  it.each([
    ['', 'it is not JSON'],
    ['{"ServerID":1', 'it is not JSON'],
    ['7', 'it is not a JSON object'],
    ['null', 'it is not a JSON object'],
    ['[]', 'it is not a JSON object'],
    [JSON.stringify({ ...whole, ServerID: undefined }), 'ServerID is not a 64-bit number'],
    [JSON.stringify({ ...whole, ServerID: '1' }), 'ServerID is not a 64-bit number'],
    [JSON.stringify({ ...whole, ServerID: 1.5 }), 'ServerID is not a 64-bit number'],
    [JSON.stringify(whole).replace(':1,', ':9223372036854775808,'), 'ServerID is not a 64-bit number'],
    [JSON.stringify({ ...whole, ServerName: 7 }), 'ServerName is missing'],
    [JSON.stringify({ ...whole, Address: '' }), 'Address is missing'],
    [JSON.stringify({ ...whole, Version: null }), 'Version is missing'],
  ])('%p is broken, and says why', (text, reason) => {
    expect(parseSessionValue(text)).toEqual({ kind: 'broken', reason });
  });

  it('never throws on any text or any JSON', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((value) => JSON.stringify(value)),
        ),
        (text) => expect(['session', 'broken']).toContain(parseSessionValue(text).kind),
      ),
    );
  });

  it('keeps any 64-bit ServerID and lease', () => {
    const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(int64, int64, (serverID, leaseID) => {
        const text = `{"ServerID":${serverID.toString()},"ServerName":"rootcoord","Address":"a:1","Version":"2.4.0","LeaseID":${leaseID.toString()}}`;
        expect(parseSessionValue(text)).toMatchObject({ kind: 'session', session: { serverID, leaseID } });
      }),
    );
  });
});

describe('the host of a registered address', () => {
  it.each([
    ['10.4.31.99:53100', '10.4.31.99'],
    ['fd00::7:53100', 'fd00::7'],
    ['[fd00::7]:53100', 'fd00::7'],
    ['rootcoord', 'rootcoord'],
  ])('%s is %s', (address, host) => {
    expect(hostOfAddress(address)).toBe(host);
  });
});

it('a session longer than any that Milvus writes is broken', () => {
  const value = JSON.stringify({
    ServerID: 1,
    ServerName: 'rootcoord',
    Address: 'a:1',
    Version: '2.4.15',
    x: 'x'.repeat(20_000),
  });
  expect(parseSessionValue(value)).toEqual({ kind: 'broken', reason: 'it is longer than 16384 bytes' });
});

describe('the port of a registered address', () => {
  it.each([
    ['10.4.31.99:53100', 53_100],
    ['[fd00::7]:53100', 53_100],
    ['rootcoord', undefined],
    ['rootcoord:', undefined],
    ['rootcoord:0', undefined],
    ['rootcoord:65536', undefined],
  ])('of %s is %s', (address, port) => {
    expect(portOfAddress(address)).toBe(port);
  });
});
