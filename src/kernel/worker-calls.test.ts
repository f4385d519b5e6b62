import { afterEach, expect, test } from 'vitest';
import { startWorker } from './worker.ts';
import { WorkerCalls } from './worker-calls.ts';

let calls: WorkerCalls | undefined;
afterEach(() => calls?.close());

async function start(): Promise<WorkerCalls> {
  const worker = await startWorker('kernel/fixtures/calls.worker', {
    data: { greeting: 'Hello' },
  });
  calls = new WorkerCalls(worker);
  return calls;
}

test('a call reaches the thread and its answer comes back', async () => {
  expect(await (await start()).call('greet', { name: 'Ada' })).toBe('Hello, Ada');
});

test('an AppError keeps its code, fix and details across the thread', async () => {
  await expect((await start()).call('refuse', {})).rejects.toMatchObject({
    code: 'too_large',
    message: 'Too much.',
    fix: 'Send less.',
    details: { limit: 3 },
  });
});

test('when the thread ends, open calls and later ones reject as unavailable', async () => {
  const thread = await start();
  await expect(thread.call('exit', {})).rejects.toMatchObject({ code: 'unavailable' });
  expect(thread.closed).toBe(true);
  await expect(thread.call('greet', { name: 'x' })).rejects.toMatchObject({ code: 'unavailable' });
});

test('an abort rejects the caller although the thread is busy', async () => {
  const thread = await start();
  const abort = new AbortController();
  const call = thread.call('spin', {}, { signal: abort.signal });
  abort.abort(new Error('enough'));
  await expect(call).rejects.toThrow('enough');
  expect(thread.pending).toBe(0);
});
