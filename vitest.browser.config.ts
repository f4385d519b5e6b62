import { defineConfig } from 'vitest/config';

/** Tests in Debian's Chromium against a real server process, embedded or on Postgres. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    globalSetup: ['test/harness/global.ts'],
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 120_000,
    // As long as the pages wait for what is to be seen.
    expect: { poll: { timeout: 20_000 } },
  },
});
