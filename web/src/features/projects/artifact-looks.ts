import type { Tone } from '../../components/badge.tsx';
import type { Artifact } from './types.ts';

export const artifactLooks: Record<Artifact['status'], { label: string; tone: Tone }> = {
  draft: { label: 'Draft', tone: 'neutral' },
  verified: { label: 'Verified', tone: 'info' },
  promoted: { label: 'Deliverable', tone: 'ok' },
};
