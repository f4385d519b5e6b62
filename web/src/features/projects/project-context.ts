import { createContext, useContext } from 'react';
import type { Project } from './types.ts';

export interface ProjectContext {
  project: Project;
  /** Owners and editors may change things; viewers look. */
  canEdit: boolean;
  openTask: (id: string) => void;
}

export const projectContext = createContext<ProjectContext | null>(null);

/** The project whose page is open. */
export function useProject(): ProjectContext {
  const value = useContext(projectContext);
  if (!value) throw new Error('useProject is for parts of the project page.');
  return value;
}
