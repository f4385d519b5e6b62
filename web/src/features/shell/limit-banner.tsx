import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Gauge } from 'lucide-react';
import { Banner, bannerLink } from '../../components/banner.tsx';
import { limitsQuery, shareUsed } from '../usage/queries.ts';

/** Answers and agents use tokens without a word from this page. */
const everyMs = 30_000;

/** Tells of the fullest limit of use from its mark on, before it stops anything. */
export function LimitBanner() {
  const limits = useQuery({ ...limitsQuery, refetchInterval: everyMs });
  const [fullest] = (limits.data?.items ?? [])
    .filter((limit) => limit.holds_for_caller && shareUsed(limit) >= limit.warn_at)
    .sort((one, other) => shareUsed(other) - shareUsed(one));
  if (!fullest) return null;
  const share = shareUsed(fullest);
  return (
    <Banner
      label="Limit of use"
      icon={Gauge}
      tone="warn"
      link={
        <Link to="/settings/usage" className={bannerLink}>
          See usage
        </Link>
      }
    >
      {share >= 1
        ? `The limit of ${fullest.name} is used up: models are not called until it is raised${fullest.resets_at ? ' or begins anew' : ''}.`
        : `${Math.floor(share * 100)} % of the limit of ${fullest.name} are used.`}
    </Banner>
  );
}
