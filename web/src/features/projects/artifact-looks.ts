import type { Tone } from '../../components/badge.tsx';
import { humanize } from '../../lib/format.ts';
import type { Artifact } from './types.ts';

export const artifactLooks: Record<Artifact['status'], { label: string; tone: Tone }> = {
  draft: { label: 'Draft', tone: 'neutral' },
  verified: { label: 'Verified', tone: 'info' },
  promoted: { label: 'Deliverable', tone: 'ok' },
};

/** The name of a Markdown artifact as a title: `find-the-evidence.md` is "Find the evidence". Other names stay. */
export const artifactTitle = (name: string): string =>
  name.endsWith('.md') ? humanize(name.slice(0, -'.md'.length)) : name;
