import {
  infiniteQueryOptions,
  MutationCache,
  QueryCache,
  QueryClient,
  type QueryKey,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { toast } from '../components/toast.ts';
import { ApiError, isUnreachable, troubleOf } from './api.ts';
import { isServerAway, onServerReturn, suspectConnection } from './connection.ts';

export interface Page<T> {
  items: T[];
  next: string | null;
}

/** Sign-in state is asked for again whenever the server says 401: it may have been a wrong password only. */
function checkSession(error: unknown): void {
  if (error instanceof ApiError && error.problem.status === 401)
    void queryClient.invalidateQueries({ queryKey: ['auth', 'status'] });
  if (isUnreachable(error)) void suspectConnection();
}

/**
 * A refused request stays refused; an overloaded server is asked again twice, one that is away until it is back:
 * what was read stays on the page meanwhile.
 */
function worthRetrying(failures: number, error: unknown): boolean {
  if (isUnreachable(error)) void suspectConnection();
  if (isServerAway()) return true;
  if (error instanceof ApiError && error.problem.status < 500) return false;
  return failures < 2;
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: checkSession }),
  mutationCache: new MutationCache({ onError: checkSession }),
  defaultOptions: {
    // The server is often on this very machine: a browser that is offline can reach it all the same.
    queries: { staleTime: 10_000, retry: worthRetrying, networkMode: 'always' },
    mutations: { networkMode: 'always' },
  },
});

onServerReturn(() => void queryClient.invalidateQueries());

/** Options of a list that is read page by page with the server's cursor. */
export function pagedQuery<T>(
  queryKey: QueryKey,
  load: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>,
) {
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam, signal }) => load(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

interface ActionOptions<I, O> {
  /** Query keys to ask for again. */
  refresh?: QueryKey[];
  /** Said when it worked. */
  done?: string | ((output: O) => string);
  /** False where the form shows the error itself. */
  announceError?: boolean;
  onSuccess?: (output: O, input: I) => void;
  /** Actions of one name wait for each other: the last one that was asked for is the last one to arrive. */
  serial?: string;
}

/** A change on the server: refreshes what it touches and says how it went. */
export function useAction<I, O>(run: (input: I) => Promise<O>, options: ActionOptions<I, O> = {}) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    ...(options.serial !== undefined && { scope: { id: options.serial } }),
    onSuccess: (output, input) => {
      for (const queryKey of options.refresh ?? []) void client.invalidateQueries({ queryKey });
      if (options.done)
        toast({ text: typeof options.done === 'string' ? options.done : options.done(output) });
      options.onSuccess?.(output, input);
    },
    onError: (error) => {
      if (options.announceError === false) return;
      const { title, fix } = troubleOf(error);
      toast({ text: title, more: fix, tone: 'danger' });
    },
  });
}
