import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What becomes of the next request to make a transfer or a reversal, in the order of the queue; without one it is
 * answered.
 *  - `drop`: the connection is closed, and nothing has happened
 *  - `lose`: it is made, and the connection closed before the answer
 *  - `break`: it is made, and the answer, also to every repetition, is 500
 *  - `twice`: the answer is sent twice over the one connection
 *  - `mix`: nothing has happened, and the answer is the oldest of its kind; also of the next search
 *  - `hold`: nothing happens before `release`
 *  - a refusal: nothing has happened, and the key is as new
 */
export type Fault = 'drop' | 'lose' | 'break' | 'twice' | 'mix' | 'hold' | Refusal;

export interface Refusal {
  readonly status: number;
  readonly error: { readonly type: string; readonly code?: string; readonly message?: string };
  readonly headers?: { readonly [name: string]: string };
}

export interface DoubleTransfer {
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
  readonly destination: string;
  readonly transfer_group: string;
  readonly metadata: { readonly [name: string]: string };
  amount_reversed: number;
}

export interface DoubleReversal {
  readonly id: string;
  readonly transfer: string;
  readonly amount: number;
  readonly currency: string;
  readonly metadata: { readonly [name: string]: string };
}

export interface StripeDouble {
  readonly url: URL;
  /** Oldest first. */
  readonly transfers: DoubleTransfer[];
  readonly reversals: DoubleReversal[];
  /** Headers of every request, in order, with `:method` and `:path`. */
  readonly requests: { readonly [name: string]: string | undefined }[];
  readonly faults: Fault[];
  readonly closedAccounts: Set<string>;
  /** Those that no longer hold what they were sent. */
  readonly emptyAccounts: Set<string>;
  /** By currency, lower case, in minor units; plenty where it is not set. */
  readonly balances: Map<string, number>;
  /** Lets go of what is held. */
  release(): void;
  /** As Stripe does with keys that are a day old. */
  forgetKeys(): void;
  /** As between two tests: no transfers, keys, faults, refusals. */
  reset(): void;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: object;
  readonly headers?: { readonly [name: string]: string };
}

/** Stripe's API for transfers and their reversals over HTTP on loopback: it keeps transfers and idempotency keys, and fails as it is told. */
export async function startStripeDouble(): Promise<StripeDouble> {
  const transfers: DoubleTransfer[] = [];
  const reversals: DoubleReversal[] = [];
  const requests: StripeDouble['requests'] = [];
  const faults: Fault[] = [];
  const closedAccounts = new Set<string>();
  const emptyAccounts = new Set<string>();
  const balances = new Map<string, number>();
  const keys = new Map<string, { readonly body: string; answer?: Answer }>();
  let held: (() => void)[] = [];

  function make(form: URLSearchParams): Answer {
    const destination = form.get('destination')!;
    const currency = form.get('currency')!;
    const amount = Number(form.get('amount'));
    const available = balances.get(currency) ?? Number.POSITIVE_INFINITY;
    if (closedAccounts.has(destination)) {
      const message = `No such destination: '${destination}'`;
      return refusal(400, {
        type: 'invalid_request_error',
        code: 'resource_missing',
        param: 'destination',
        message,
      });
    }
    if (amount > available)
      return refusal(402, { type: 'invalid_request_error', code: 'balance_insufficient' });
    balances.set(currency, available - amount);
    const made: DoubleTransfer = {
      id: `tr_${randomUUID().replaceAll('-', '')}`,
      amount,
      currency,
      destination,
      transfer_group: form.get('transfer_group')!,
      metadata: metadataOf(form),
      amount_reversed: 0,
    };
    transfers.push(made);
    return { status: 200, body: { object: 'transfer', ...made } };
  }

  function reverse(made: DoubleTransfer, form: URLSearchParams): Answer {
    const amount = Number(form.get('amount'));
    const type = 'invalid_request_error';
    if (closedAccounts.has(made.destination)) return refusal(400, { type, code: 'account_closed' });
    if (made.amount_reversed + amount > made.amount)
      return refusal(400, { type, message: `Transfer ${made.id} has less than that left to reverse` });
    if (emptyAccounts.has(made.destination)) return refusal(400, { type, code: 'balance_insufficient' });
    made.amount_reversed += amount;
    const { id: transfer, currency } = made;
    const id = `trr_${randomUUID().replaceAll('-', '')}`;
    const reversal: DoubleReversal = { id, transfer, amount, currency, metadata: metadataOf(form) };
    reversals.push(reversal);
    return { status: 200, body: { object: 'transfer_reversal', ...reversal } };
  }

  /** The answer; undefined closes the connection. */
  async function answer(
    key: string,
    body: string,
    fault: Fault | undefined,
    work: { readonly make: (form: URLSearchParams) => Answer; readonly oldest: object | undefined },
  ): Promise<Answer | undefined> {
    if (fault === 'drop') return undefined;
    if (fault === 'mix') return { status: 200, body: { ...work.oldest } };
    if (typeof fault === 'object')
      return { ...refusal(fault.status, fault.error), headers: fault.headers ?? {} };
    const known = keys.get(key);
    if (known && known.body !== body) return refusal(400, { type: 'idempotency_error' });
    if (known && !known.answer)
      return refusal(409, { type: 'idempotency_error', code: 'idempotency_key_in_use' });
    if (known?.answer) return fault === 'lose' ? undefined : known.answer;
    const entry: { readonly body: string; answer?: Answer } = { body };
    keys.set(key, entry);
    if (fault === 'hold') await new Promise<void>((resolve) => held.push(resolve));
    entry.answer = work.make(new URLSearchParams(body));
    if (fault === 'break')
      entry.answer = { ...refusal(500, { type: 'api_error' }), headers: { 'stripe-should-retry': 'false' } };
    return fault === 'lose' ? undefined : entry.answer;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    requests.push({ ':method': method, ':path': url, ...(request.headers as Record<string, string>) });
    const { pathname, searchParams } = new URL(url, 'http://stripe');
    const [, id, reversed] = /^\/v1\/transfers(?:\/(\w+)\/(reversals))?$/.exec(pathname) ?? [];
    const made = transfers.find((one) => one.id === id);
    if (!/^\/v1\/transfers/.test(pathname) || (reversed && !made))
      return send(response, refusal(404, { type: 'invalid_request_error', code: 'resource_missing' }));
    if (method === 'GET') {
      const group = searchParams.get('transfer_group');
      const mixed = faults[0] === 'mix' && faults.shift() !== undefined;
      const data = reversed
        ? reversals.filter((one) => mixed || one.transfer === id)
        : transfers.filter((one) => mixed || one.transfer_group === group);
      return send(response, {
        status: 200,
        body: { object: 'list', data: mixed ? data.slice(0, 1) : data.reverse(), has_more: false },
      });
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const fault = faults.shift();
    const key = request.headers['idempotency-key'] as string;
    const given = await answer(key, Buffer.concat(chunks).toString(), fault, {
      make: made ? (form) => reverse(made, form) : make,
      oldest: made ? reversals[0] : transfers[0],
    });
    if (!given) request.socket.destroy();
    else send(response, given, fault === 'twice');
  }

  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const release = (): void => {
    for (const letGo of held) letGo();
    held = [];
  };
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    transfers,
    reversals,
    requests,
    faults,
    closedAccounts,
    emptyAccounts,
    balances,
    release,
    forgetKeys: () => keys.clear(),
    reset: () => {
      for (const list of [transfers, reversals, requests, faults]) list.length = 0;
      for (const map of [keys, balances, closedAccounts, emptyAccounts]) map.clear();
    },
    close: async () => {
      release();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function metadataOf(form: URLSearchParams): { [name: string]: string } {
  return Object.fromEntries(
    [...form].flatMap(([name, value]) => {
      const field = /^metadata\[(.+)\]$/.exec(name)?.[1];
      return field ? [[field, value]] : [];
    }),
  );
}

function refusal(status: number, error: object): Answer {
  return { status, body: { error: { message: 'refused', ...error } } };
}

function send(response: ServerResponse, { status, body, headers = {} }: Answer, twice = false): void {
  const text = JSON.stringify(body);
  const fields = { 'content-type': 'application/json', 'request-id': 'req_1', ...headers };
  const socket = response.socket;
  response.writeHead(status, { ...fields, 'content-length': Buffer.byteLength(text) }).end(text, () => {
    if (!twice) return;
    const head = `HTTP/1.1 ${status} again\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}`;
    socket?.write(`${head}\r\n\r\n${text}`);
  });
}
