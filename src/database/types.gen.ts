// placeholder until the catalog is deployed
export type DB = Record<string, Record<string, unknown>>;
