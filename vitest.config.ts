import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** A fresh clone has no record of how long each file took; one of minutes that began last would end alone. */
class FaultsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isFault = ({ moduleId }: TestSpecification): boolean => moduleId.includes('/test/faults/');
    return [...sorted.filter(isFault), ...sorted.filter((file) => !isFault(file))];
  }
}

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'web/src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['test/browser/**', 'test/conformance/**', 'node_modules/**'],
    globalSetup: ['test/harness/global.ts'],
    pool: 'forks',
    // A process and the modules for each file took a quarter of the time. What a test changes of its process it puts back.
    isolate: false,
    maxWorkers: 2,
    sequence: { sequencer: FaultsFirst },
    testTimeout: 120_000,
    hookTimeout: 180_000,
    reporters: ['default'],
  },
});
