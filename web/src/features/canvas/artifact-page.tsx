import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { ChevronLeft, MessageSquare } from 'lucide-react';
import { useTitle } from '../../components/page.tsx';
import { ArtifactView } from './artifact-view.tsx';
import { artifactQuery } from './queries.ts';
import { useArtifactEvents } from './use-artifact-events.ts';

const route = getRouteApi('/shell/canvas/$artifactId');
const iconLink =
  'grid size-9 shrink-0 place-items-center rounded-lg text-muted hover:bg-sunken hover:text-text';

/** One artifact on a page of its own. */
export function ArtifactPage() {
  const { artifactId } = route.useParams();
  const navigate = useNavigate();
  const artifact = useQuery(artifactQuery(artifactId)).data;
  useArtifactEvents(artifactId);
  useTitle(artifact?.title ?? 'Canvas');
  return (
    <div className="absolute inset-0">
      <ArtifactView
        key={artifactId}
        id={artifactId}
        level={1}
        before={
          <Link to="/canvas" aria-label="All artifacts" className={iconLink}>
            <ChevronLeft aria-hidden className="size-5" />
          </Link>
        }
        after={
          artifact?.conversation_id && (
            <Link
              to="/chat/$conversationId"
              params={{ conversationId: artifact.conversation_id }}
              search={{ artifact: artifactId }}
              aria-label="Open its chat"
              title="Open its chat"
              className={iconLink}
            >
              <MessageSquare aria-hidden className="size-4.5" />
            </Link>
          )
        }
        onDeleted={() => void navigate({ to: '/canvas' })}
      />
    </div>
  );
}
