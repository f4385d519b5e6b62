export { bytesOf, engineName, needsKey, openWebSearch } from './engines.ts';
export { type SearchConnection, type SearchKind, searchKinds, type WebResult } from './port.ts';
