import { CheckCircle2, CircleAlert, Clock, Loader2 } from 'lucide-react';
import type { File as StoredFile } from '../../../../src/domains/files/contract.ts';
import { Badge } from '../../components/badge.tsx';

/** How far the server has come with reading a file. */
export function FileStatus({ file }: { file: StoredFile }) {
  switch (file.processing_status) {
    case 'completed':
      return (
        <Badge tone="ok" icon={CheckCircle2}>
          Ready
        </Badge>
      );
    case 'failed':
      return (
        <Badge tone="danger" icon={CircleAlert}>
          Not read
        </Badge>
      );
    case 'processing':
      return (
        <Badge tone="info" icon={Loader2} spin>
          Reading
        </Badge>
      );
    case 'pending':
      return <Badge icon={Clock}>Waiting</Badge>;
  }
}
