import { useState } from 'react';
import { requestsPerMinute } from '../../../../src/domains/auth/contract.ts';
import { scopes } from '../../../../src/operations/operation.ts';
import { Button } from '../../components/button.tsx';
import { CodeBlock } from '../../components/code-block.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Checkbox, Input, Select } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { keysQuery } from './queries.ts';

const named = scopes.filter((scope) => scope.includes(':'));
const expiries = [
  { days: '', label: 'Never' },
  { days: '30', label: 'In 30 days' },
  { days: '90', label: 'In 90 days' },
  { days: '365', label: 'In a year' },
];

/** Makes a key and shows it, this once. */
export function CreateKeyDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [everything, setEverything] = useState(true);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [days, setDays] = useState('');
  const [rateLimit, setRateLimit] = useState('1000');
  const create = useAction(api.auth.createKey, { refresh: [keysQuery.queryKey], announceError: false });
  const fields = troubleOf(create.error).fields;
  function submit(): void {
    create.mutate({
      name,
      scopes: everything ? ['*'] : [...chosen],
      rate_limit: Number(rateLimit),
      ...(days && { expires_in_days: Number(days) }),
    });
  }
  if (create.data)
    return (
      <Dialog
        title="Your new key"
        onClose={onClose}
        footer={
          <Button tone="primary" onClick={onClose}>
            I have stored it
          </Button>
        }
      >
        <div className="space-y-3">
          <p>Copy it now. It is shown this once; only its fingerprint is kept.</p>
          <CodeBlock wrap label="key" code={create.data.key} />
        </div>
      </Dialog>
    );
  return (
    <FormDialog
      title="Create key"
      onClose={onClose}
      submit="Create key"
      busy={create.isPending}
      disabled={!everything && chosen.length === 0}
      error={create.error}
      onSubmit={submit}
    >
      <Input
        label="Name"
        required
        hint="Where it will be used, so that you know it again."
        value={name}
        error={fields.name}
        onChange={(event) => setName(event.target.value)}
      />
      <Select label="Expires" value={days} onChange={(event) => setDays(event.target.value)}>
        {expiries.map((item) => (
          <option key={item.label} value={item.days}>
            {item.label}
          </option>
        ))}
      </Select>
      <Input
        label="Requests a minute"
        type="number"
        required
        min={1}
        max={requestsPerMinute}
        hint="More than these are refused until a moment later."
        value={rateLimit}
        error={fields.rate_limit}
        onChange={(event) => setRateLimit(event.target.value)}
      />
      <fieldset className="space-y-2">
        <legend className="mb-1 text-[13px] font-medium">What it may do</legend>
        <Checkbox
          label="Everything I may do"
          checked={everything}
          onChange={(event) => setEverything(event.target.checked)}
        />
        {!everything && (
          <div className="grid grid-cols-2 gap-x-4 gap-y-1.5 rounded-lg bg-sunken p-3 sm:grid-cols-3">
            {named.map((scope) => (
              <Checkbox
                key={scope}
                label={scope}
                checked={chosen.includes(scope)}
                onChange={(event) =>
                  setChosen(
                    event.target.checked ? [...chosen, scope] : chosen.filter((item) => item !== scope),
                  )
                }
              />
            ))}
          </div>
        )}
        {fields.scopes && <p className="text-[13px] text-danger">{fields.scopes}</p>}
      </fieldset>
    </FormDialog>
  );
}
