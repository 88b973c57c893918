/** Why a Temporal server cannot be reached, in words; the SDK would try again for ten seconds and not tell. */
import { connect } from 'node:http2';
import { isIP } from 'node:net';
import { CommandFailure, EXIT } from './command-failure.ts';
import type { OpenServices } from './services.ts';

type Target = Pick<OpenServices, 'address' | 'addressFrom' | 'tls'>;

/** What is in the way of a connection, and what to do about it. */
export interface Refusal {
  readonly reason: string;
  readonly hint?: string;
}

/** @throws CommandFailure `cannot-reach-temporal` if it is plain that nothing can be reached there */
export async function refuseUnreachable(target: Target): Promise<void> {
  const refusal = await refusalOf(target);
  if (refusal === undefined) return;
  const message = `no answer from Temporal at ${target.address}: ${refusal.reason}`;
  throw cannotReachTemporal(message, target, refusal.hint);
}

export function cannotReachTemporal(message: string, { addressFrom }: Target, hint?: string): CommandFailure {
  const fallback = `is a server up there? The address is from ${addressFrom}`;
  return new CommandFailure('cannot-reach-temporal', message, {
    exit: EXIT.unreachable,
    hint: hint ?? fallback,
  });
}

const PATIENCE_MS = 5000;

/**
 * Opens an HTTP/2 connection as gRPC would, and waits for the server's first frame: with TLS 1.3 a server refuses a
 * client's certificate only after the client believes itself connected.
 */
export function refusalOf({ address, tls }: Target): Promise<Refusal | undefined> {
  // Behind a proxy it is for the proxy to find the server.
  if (Object.keys(process.env).some((name) => /^(grpc|https?)_proxy$/i.test(name))) {
    return Promise.resolve(undefined);
  }
  const { hostname } = new URL(`tcp://${address}`);
  const host = hostname.replace(/^\[|\]$/g, '');
  const name = tls === false ? undefined : (tls.serverNameOverride ?? (isIP(host) ? undefined : host));
  return new Promise((resolve) => {
    const session = connect(`${tls === false ? 'http' : 'https'}://${address}`, {
      ...(tls !== false && {
        ...(name !== undefined && { servername: name }),
        ...(tls.serverRootCACertificate && { ca: tls.serverRootCACertificate }),
        ...(tls.clientCertPair && { cert: tls.clientCertPair.crt, key: tls.clientCertPair.key }),
      }),
    });
    const patience = setTimeout(() => end(undefined), PATIENCE_MS);
    const end = (refusal: Refusal | undefined): void => {
      clearTimeout(patience);
      session.destroy();
      resolve(refusal);
    };
    session.once('remoteSettings', () => end(undefined));
    session.on('error', (error) => end(explain(error, tls)));
    // Once the session is connected, Node keeps what goes wrong with the socket to the socket.
    session.socket.on('error', (error) => end(explain(error, tls)));
    session.once('close', () => end(explain({ message: 'the connection was closed' }, tls)));
  });
}

/** Puts an error of the socket, of TLS or of HTTP/2 into words. */
function explain(
  { code = '', message }: { readonly code?: string; readonly message: string },
  tls: Target['tls'],
): Refusal {
  if (code === 'ECONNREFUSED') return { reason: 'connection refused' };
  if (code === 'ENOTFOUND') return { reason: 'no such host' };
  if (tls === false) {
    if (!/^ERR_HTTP2|^ECONNRESET$|^$/.test(code)) return { reason: message };
    return {
      reason: 'it does not speak unencrypted gRPC',
      hint: 'does it want TLS? Set TEMPORAL_TLS_ENABLED=true',
    };
  }
  if (/SELF_SIGNED|UNABLE_TO|CERT_UNTRUSTED|CERT_SIGNATURE/.test(code)) {
    return {
      reason: `its certificate is not signed by a trusted authority (${code})`,
      hint: 'set TEMPORAL_TLS_SERVER_CA_CERT_PATH to the certificate of the authority that signed it',
    };
  }
  if (code === 'CERT_HAS_EXPIRED') return { reason: 'its certificate has expired', hint: 'renew it there' };
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return { reason: message, hint: 'set TEMPORAL_TLS_SERVER_NAME to a name that the certificate is for' };
  }
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/.test(code)) {
    return {
      reason: 'it does not speak TLS',
      hint: 'set TEMPORAL_TLS_ENABLED=false if it is meant to be unencrypted',
    };
  }
  if (/ALERT|HANDSHAKE_FAILURE/.test(code)) {
    return {
      reason: `it refused the TLS connection (${code})`,
      hint: 'it may want a client certificate that it trusts: set TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH',
    };
  }
  return { reason: `no TLS connection: ${message}` };
}
