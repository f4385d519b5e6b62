export { locate } from './artifacts.ts';
export { knowledgeTools, type SearchLimits } from './knowledge-tools.ts';
export { defaultMaxOutputTokens, failureOf, type Phase, runPhase } from './loop.ts';
export { openSpending } from './metering.ts';
export { systemPrompt } from './roles.ts';
export { type AgentDeps, TaskSource } from './task-source.ts';
export { insertToolStep, type Recorder, type Step } from './thread.ts';
export { defineTool, type Tool } from './tool.ts';
