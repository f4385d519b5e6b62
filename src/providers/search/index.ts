export { bytesOf, engineName, needsKey, openWebSearch } from './engines.ts';
export type { SearchConnection, SearchKind, WebResult } from './port.ts';
