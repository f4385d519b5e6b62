import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api } from '../../lib/api.ts';
import { follow } from '../../lib/live.ts';
import { canvasKeys } from './queries.ts';

/** Asks for an artifact again whenever somebody changes it, while its page is looked at. */
export function useArtifactEvents(id: string): void {
  const client = useQueryClient();
  useEffect(() => {
    let abort: AbortController | undefined;
    const refresh = () => void client.invalidateQueries({ queryKey: canvasKeys.one(id) });
    const begin = () => {
      abort?.abort();
      abort = undefined;
      // A hidden tab follows nothing: browsers allow six connections to one server.
      if (document.hidden) return;
      abort = new AbortController();
      void follow((signal) => api.canvas.follow({ artifact_id: id }, { signal }), abort.signal, {
        onEvent: ({ type }) => {
          // The snapshot too: it may have changed between the reading and the beginning of this.
          if (type !== 'ping') refresh();
          return undefined;
        },
      });
    };
    begin();
    document.addEventListener('visibilitychange', begin);
    return () => {
      document.removeEventListener('visibilitychange', begin);
      abort?.abort();
    };
  }, [client, id]);
}
