/** What does not compile, held by the type check: an expected error that is none is an error. */
import type { Workflows } from '../../generated/workflows.ts';
import type { WorkflowClient, WorkflowRun } from '../../src/client/workflows.ts';
import type { Progress } from '../../src/interpreter/progress.ts';

interface Typed {
  'shop/sell': {
    input: { item: string; note?: string };
    output: { price: number };
    signals: { bid: { amount: number }; closed: { by?: string } };
    updates: { amend: { price: number } };
    queries: { highest: unknown };
  };
}

export async function compiles(
  { startWorkflow }: WorkflowClient<Workflows>,
  shop: WorkflowClient<Typed>,
): Promise<unknown[]> {
  const output: unknown = await startWorkflow('payments/batch-payout', { min_amount: 10 }, { wait: true });
  const run: WorkflowRun<unknown> = await startWorkflow('payments/batch-payout', {}, { id: 'march' });
  const state: Progress | undefined = await run.state();
  const sold: { price: number } = await shop.startWorkflow('shop/sell', { item: 'x' }, { wait: true });
  const price: number = (await shop.getWorkflow('shop/sell', 'id').result()).price;
  const sale = shop.getWorkflow('shop/sell', 'id');
  await sale.signal('bid', { amount: 5 });
  await sale.signal('closed');
  const receipt: { received_at: string } = await sale.update('amend', { price: 3 });
  const highest: unknown = await sale.query('highest');
  const either: WorkflowRun<unknown> = sale;
  return [output, state, sold, price, receipt, highest, either];
}

export async function doesNotCompile(
  { startWorkflow }: WorkflowClient<Workflows>,
  shop: WorkflowClient<Typed>,
): Promise<void> {
  // @ts-expect-error a name that is none
  await startWorkflow('payments/batch-payuot', {});
  // @ts-expect-error an input that is none
  await startWorkflow('payments/batch-payout', { min_amont: 10 });
  // @ts-expect-error a value of another type
  await startWorkflow('payments/batch-payout', { min_amount: '10' });
  // @ts-expect-error a value that is not in the list
  await startWorkflow('payments/batch-payout', { payment_method: 'cash' });
  // @ts-expect-error an input that is missing
  await shop.startWorkflow('shop/sell', { note: 'x' });
  // @ts-expect-error without an input
  await shop.startWorkflow('shop/sell');
  // @ts-expect-error a handle is no output
  (await shop.startWorkflow('shop/sell', { item: 'x' })).price;
  // @ts-expect-error an output is no handle
  (await shop.startWorkflow('shop/sell', { item: 'x' }, { wait: true })).cancel();
  // @ts-expect-error a signal that is none
  await shop.getWorkflow('shop/sell', 'id').signal('bidd', { amount: 5 });
  // @ts-expect-error a payload that is none
  await shop.getWorkflow('shop/sell', 'id').signal('bid', { amount: '5' });
  // @ts-expect-error a payload that is missing
  await shop.getWorkflow('shop/sell', 'id').signal('bid');
  // @ts-expect-error an update is no signal
  await shop.getWorkflow('shop/sell', 'id').signal('amend', { price: 3 });
  // @ts-expect-error an update that is none
  await shop.getWorkflow('shop/sell', 'id').update('amned', { price: 3 });
  // @ts-expect-error a payload of an update that is none
  await shop.getWorkflow('shop/sell', 'id').update('amend', { price: '3' });
  // @ts-expect-error a query that is none
  await shop.getWorkflow('shop/sell', 'id').query('lowest');
  // @ts-expect-error a workflow that takes no signals
  await (await startWorkflow('payments/batch-payout', {})).signal('bid', {});
  // @ts-expect-error a name that is none
  shop.getWorkflow('shop/buy', 'id');
}
