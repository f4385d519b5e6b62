import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Editor } from './editor.tsx';
import type { CanvasArtifact } from './queries.ts';

interface ChangedMeanwhileProps {
  artifact: CanvasArtifact;
  mine: string;
  busy: boolean;
  onKeep: () => void;
  onTake: () => void;
}

/** Somebody changed what is being edited: what differs, and whose text goes on. Neither is lost. */
export function ChangedMeanwhile({ artifact, mine, busy, onKeep, onTake }: ChangedMeanwhileProps) {
  const [shown, setShown] = useState(false);
  return (
    <div role="alert" className="space-y-2 border-b border-line bg-warn-soft px-4 py-3">
      <p>
        <span className="font-medium">
          It was changed while you edited it, to version {artifact.version}.
        </span>{' '}
        Your text is not saved yet.
      </p>
      <div className="flex flex-wrap gap-2">
        <Button size="sm" aria-expanded={shown} onClick={() => setShown(!shown)}>
          {shown ? 'Hide the difference' : 'Show the difference'}
        </Button>
        <Button size="sm" busy={busy} onClick={onKeep}>
          Save mine as the next version
        </Button>
        <Button size="sm" disabled={busy} onClick={onTake}>
          Take version {artifact.version}
        </Button>
      </div>
      {shown && (
        <div className="h-60 overflow-hidden rounded-lg border border-line">
          <Editor
            label="Your text against the version that came"
            type={artifact.content_type}
            language={artifact.language}
            before={artifact.content}
            value={mine}
          />
        </div>
      )}
    </div>
  );
}
