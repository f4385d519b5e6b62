export { openStorage, type StorageConnection } from './open.ts';
export type { ObjectContent, ObjectInfo, StorageContent, StorageProvider, StoredObject } from './port.ts';
