export { locate } from './artifacts.ts';
export { knowledgeTools, type SearchLimits } from './knowledge-tools.ts';
export { defaultMaxOutputTokens, failureOf, type Phase, requestOf, runPhase } from './loop.ts';
export { systemPrompt } from './roles.ts';
export { type AgentDeps, TaskSource } from './task-source.ts';
export { insertToolStep, type Recorder, type Step, toModelMessages, withinTokens } from './thread.ts';
export { defineTool, type Tool, type ToolScope } from './tool.ts';
