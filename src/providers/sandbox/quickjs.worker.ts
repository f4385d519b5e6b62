import { serveCalls } from '../../kernel/worker-calls.ts';
import { runCode } from './run-code.ts';

serveCalls({ run: runCode });
