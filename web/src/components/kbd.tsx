/** Keys as they are on the keyboard: "Ctrl K", or "g p" for one after the other. */
export function Kbd({ keys }: { keys: string }) {
  return (
    <span className="inline-flex gap-1">
      {keys.split(' ').map((key) => (
        <kbd
          key={key}
          className="rounded border border-line bg-sunken px-1.5 py-0.5 font-sans text-xs leading-4 text-muted"
        >
          {key}
        </kbd>
      ))}
    </span>
  );
}
