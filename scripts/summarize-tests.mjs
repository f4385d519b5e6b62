// Adds up the JSON reports of several test runs, names what failed, and prints the one closing line.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const folder = process.argv[2] ?? '.';
let passed = 0;
let failed = 0;
let skipped = 0;
for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
  const report = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  console.log(
    `${name.replace('.json', '')}: ${report.numPassedTests} passed, ${report.numFailedTests} failed`,
  );
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  skipped += report.numPendingTests;
  for (const file of report.testResults.filter(({ status }) => status === 'failed')) {
    const tests = file.assertionResults.filter(({ status }) => status === 'failed');
    // A file that does not even load has no tests of its own to count.
    if (file.assertionResults.length === 0) failed += 1;
    for (const { fullName, failureMessages } of tests.length > 0
      ? tests
      : [{ fullName: 'the file itself', failureMessages: [file.message] }])
      console.log(`  ${basename(file.name)}: ${fullName}: ${String(failureMessages[0]).slice(0, 600)}`);
  }
}
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
