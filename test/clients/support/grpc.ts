import { connect } from 'node:http2';
import type { ClientHttp2Session } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { decode, encode } from './protobuf.ts';
import type { Decoded, Message } from './protobuf.ts';

export interface Grpc {
  /** Throws with the server's words. */
  call: (method: string, request: Message) => Promise<Decoded>;
}

const PREFIX = 5;

function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(PREFIX);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function call(session: ClientHttp2Session, path: string, request: Message): Promise<Decoded> {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  const parts: Buffer[] = [];
  let said: Record<string, unknown> = {};
  const hear = (headers: Record<string, unknown>) => (said = { ...said, ...headers });
  return new Promise((settle, fail) => {
    stream.on('response', hear).on('trailers', hear).on('error', fail);
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('end', () => {
      if (said['grpc-status'] === '0') settle(decode(Buffer.concat(parts).subarray(PREFIX)));
      else fail(new Error(decodeURIComponent(String(said['grpc-message']))));
    });
    stream.end(framed(encode(request)));
  });
}

/** A gRPC service on a unix socket; each call is of one message. The connection ends with the server. */
export function openGrpc(socket: string, service: string): Grpc {
  const session = connect('http://localhost', { createConnection: () => connectSocket(socket) });
  session.on('error', () => {});
  return { call: (method, request) => call(session, `/${service}/${method}`, request) };
}
