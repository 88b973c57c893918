/** What Stripe's own mock server, which checks requests against Stripe's OpenAPI, says to ours. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStripeProvider } from '../../providers/payments/stripe.ts';
import { stackDirectory } from '../../src/stack/stack.ts';

const VERSION = 'v0.203.0';
const BUILD_TIMEOUT_MS = 240_000;

/** The program, built once for all later tests. Throws where there is no Go, or it cannot download the source. */
async function buildStripeMock(): Promise<string> {
  const directory = join(
    stackDirectory(join(import.meta.dirname, '..', '..'), 'test'),
    `stripe-mock-${VERSION}`,
  );
  const program = join(directory, 'stripe-mock');
  if (!existsSync(program)) {
    mkdirSync(directory, { recursive: true });
    await promisify(execFile)('go', ['install', `github.com/stripe/stripe-mock@${VERSION}`], {
      env: { ...process.env, GOBIN: directory },
      timeout: BUILD_TIMEOUT_MS,
    });
  }
  return program;
}

let mock: ChildProcess | undefined;
let apiBase: URL | undefined;
let reason = '';
beforeAll(async () => {
  const program = await buildStripeMock().catch((error: Error) => {
    reason = `stripe-mock cannot be built here: ${error.message.split('\n', 1)[0]}`;
  });
  if (!program) return;
  mock = spawn(program, ['-http-addr', '127.0.0.1:0', '-https-addr', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  apiBase = await new Promise<URL>((resolve, reject) => {
    let output = '';
    mock!.stdout!.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const address = /HTTP at address: (\S+)\n/.exec(output)?.[1];
      if (address) resolve(new URL(`http://${address}`));
    });
    mock!.once('error', reject).once('exit', () => reject(new Error(`stripe-mock ended:\n${output}`)));
  });
}, BUILD_TIMEOUT_MS + 30_000);
afterAll(() => {
  mock?.kill();
});

test('takes our transfer, and answers as we read it', async ({ skip }) => {
  if (!apiBase) return skip(reason);
  const provider = createStripeProvider({ apiKey: 'sk_test_123', apiBase });
  const answer = await provider.transfer({
    idempotencyKey: 'payout-1',
    account: 'acct_1Open',
    amount: 4_000,
    currency: 'EUR',
    metadata: { payout_id: 'payout-1', workflow_id: 'run-1' },
  });
  expect(answer).toEqual({
    outcome: 'transferred',
    transfer: {
      id: expect.stringMatching(/^tr_/),
      account: 'acct_1Open',
      amount: 4_000,
      currency: 'EUR',
      reversed: 0,
    },
  });
});

test('takes our search for a transfer', async ({ skip }) => {
  if (!apiBase) return skip(reason);
  const provider = createStripeProvider({ apiKey: 'sk_test_123', apiBase });
  // It keeps nothing, and always finds the one of its fixtures: that is for no payout, and not taken for ours.
  await expect(provider.findTransfer('payout-1')).rejects.toThrow(/^stripe: transfer 'tr_\w+' is for /);
});

/** The transfer of its fixtures, which its reversals are of. */
const made = {
  id: 'tr_1Pgc7BB7WZ01zgkWVJfE40RX',
  account: 'acct_1',
  amount: 1_100,
  currency: 'EUR',
  reversed: 0,
};
const reversed = { outcome: 'reversed', reversalId: expect.stringMatching(/^trr_/) };

test('takes our search for a reversal, and answers as we read it', async ({ skip }) => {
  if (!apiBase) return skip(reason);
  const provider = createStripeProvider({ apiKey: 'sk_test_123', apiBase });
  expect(await provider.reverseTransfer(made, 'payout-1')).toEqual(reversed);
});

test('takes our reversal, and answers as we read it', async ({ skip }) => {
  if (!apiBase) return skip(reason);
  const asked: string[] = [];
  // In front of the mock, which finds a reversal for every transfer, stands one who finds none.
  const front = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.method === 'GET') {
      response.setHeader('content-type', 'application/json');
      return response.end('{"object": "list", "data": [], "has_more": false}');
    }
    const { method, headers, url = '' } = request;
    const behind = httpRequest(new URL(url, apiBase), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    request.pipe(behind);
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = front.address() as AddressInfo;
    const provider = createStripeProvider({
      apiKey: 'sk_test_123',
      apiBase: new URL(`http://127.0.0.1:${port}`),
    });
    expect(await provider.reverseTransfer(made, 'payout-1')).toEqual(reversed);
    expect(asked.at(-1)).toBe(`POST /v1/transfers/${made.id}/reversals`);
  } finally {
    front.closeAllConnections();
    front.close();
  }
});
