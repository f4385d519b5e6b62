import { expect, test } from 'vitest';
import { systemClock } from '../kernel/clock.ts';
import { type Claim, Worker, type WorkSource } from './index.ts';

test('what is claimed while the worker stops is not begun: whoever stops it closes the database next', async () => {
  let begun = 0;
  let answer: (claims: Claim[]) => void = () => {};
  let asked: () => void = () => {};
  const claimed = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const source: WorkSource = {
    name: 'test',
    channel: 'test',
    concurrency: 1,
    claim: () => {
      asked();
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
    extend: () => Promise.resolve(true),
    run: async () => void begun++,
  };
  const worker = new Worker(
    {
      name: 'worker',
      clock: systemClock,
      leaseSeconds: 30,
      listen: () => Promise.resolve(() => {}),
      onError: (_source, error) => expect.fail(String(error)),
    },
    [source],
  );
  await worker.start();
  await claimed;
  const stopped = worker.stop();
  answer([{ id: 'late', attempt: 1 }]);
  await stopped;
  expect(begun).toBe(0);
});
