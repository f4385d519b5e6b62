export { authorize, callOperation, inputSchema, invalidInput, mustBeWhole, outputSchema } from './call.ts';
export {
  type BrowserSession,
  type CallContext,
  defineOperation,
  type HttpMethod,
  type Operation,
  type OperationShape,
  type Scope,
  type UserContext,
} from './operation.ts';
export { Registry } from './registry.ts';
