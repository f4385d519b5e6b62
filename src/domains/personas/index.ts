export type { Persona } from './contract.ts';
export { personaOperations } from './operations.ts';
export { PersonaService } from './service.ts';
