import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Sparkles } from 'lucide-react';
import { Banner, bannerLink } from '../../components/banner.tsx';
import { providersQuery } from '../settings/queries.ts';

/** Says plainly that answers come from the built-in model, as long as nothing else is connected. */
export function ModelBanner() {
  const providers = useQuery(providersQuery);
  if (!providers.data) return null;
  const connected = providers.data.items.some((item) => item.enabled && item.kind !== 'builtin');
  if (connected) return null;
  return (
    <Banner
      label="Model in use"
      icon={Sparkles}
      tone="accent"
      link={
        <Link to="/settings" className={bannerLink}>
          Connect a model
        </Link>
      }
    >
      Built-in extractive model: it finds, quotes and cites; it does not write.
    </Banner>
  );
}
