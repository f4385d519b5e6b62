export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className={className ?? 'size-7'}>
      <rect width="32" height="32" rx="8" fill="#0f766e" />
      <g fill="none" stroke="#fff" strokeWidth="2.2" strokeLinecap="round">
        <path d="M10 11.5 16 20M22 11.5 16 20" />
        <circle cx="9" cy="10" r="2.6" fill="#0f766e" />
        <circle cx="23" cy="10" r="2.6" fill="#0f766e" />
        <circle cx="16" cy="22" r="2.6" fill="#fff" />
      </g>
    </svg>
  );
}
