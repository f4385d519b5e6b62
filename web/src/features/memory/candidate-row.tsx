import { Link } from '@tanstack/react-router';
import { Check, PencilLine, X } from 'lucide-react';
import { useState } from 'react';
import { Ago } from '../../components/ago.tsx';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { FactDialog } from './fact-dialog.tsx';
import { type Candidate, categoryLabels, memoryKeys } from './queries.ts';

const refresh = [memoryKeys.all];

/** A fact that was found in a chat: remember it, correct it, or leave it. */
export function CandidateRow({ candidate }: { candidate: Candidate }) {
  const [editing, setEditing] = useState(false);
  const accept = useAction(api.memory.accept, { refresh, done: 'Remembered.' });
  const reject = useAction(api.memory.reject, { refresh, done: 'Not remembered.' });
  const busy = accept.isPending || reject.isPending;
  const { id: candidate_id, contradicts } = candidate;
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-3 px-4 py-3">
      <div className="min-w-0 flex-1 basis-72">
        <p className="break-words">{candidate.content}</p>
        {contradicts && (
          <p className="mt-1 break-words">
            <Badge tone="warn">Contradicts</Badge> <span className="text-muted">{contradicts.content}</span>
          </p>
        )}
        <p className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-[13px] text-muted">
          <Badge>{categoryLabels[candidate.category]}</Badge>
          {candidate.project_id && <span>For one project</span>}
          <span>
            Said <Ago at={candidate.created_at} />
            {candidate.source_conversation_id && (
              <>
                {' in '}
                <Link
                  to="/chat/$conversationId"
                  params={{ conversationId: candidate.source_conversation_id }}
                  className="underline underline-offset-2"
                >
                  a chat
                </Link>
              </>
            )}
          </span>
          {candidate.extracted_by !== 'rules' && <span>Found by {candidate.extracted_by}</span>}
        </p>
      </div>
      <div className="flex flex-wrap gap-2">
        {contradicts ? (
          <>
            <Button size="sm" disabled={busy} onClick={() => accept.mutate({ candidate_id, replace: true })}>
              Replace
            </Button>
            <Button size="sm" disabled={busy} onClick={() => accept.mutate({ candidate_id })}>
              Keep both
            </Button>
            <Button size="sm" disabled={busy} onClick={() => reject.mutate({ candidate_id })}>
              Keep the old one
            </Button>
          </>
        ) : (
          <>
            <Button size="sm" icon={Check} disabled={busy} onClick={() => accept.mutate({ candidate_id })}>
              Remember
            </Button>
            <Button size="sm" icon={X} disabled={busy} onClick={() => reject.mutate({ candidate_id })}>
              Reject
            </Button>
          </>
        )}
        <Button size="sm" icon={PencilLine} disabled={busy} onClick={() => setEditing(true)}>
          Edit
        </Button>
      </div>
      {editing && <FactDialog candidate={candidate} onClose={() => setEditing(false)} />}
    </li>
  );
}
