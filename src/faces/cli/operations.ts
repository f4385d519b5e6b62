import { type Command, Option } from 'commander';
import { settings } from '../../config/index.ts';
import { allContracts } from '../../domains/contracts.ts';
import { inputSchema } from '../../operations/index.ts';
import { camel, command, configOf } from './command.ts';
import type { CliActions } from './program.ts';

/** `meta-agent <domain> <verb> --field value` for every operation that is not a flow. */
export function addOperations(program: Command, actions: CliActions): void {
  for (const operation of allContracts) {
    const [domain = '', verb = ''] = operation.id.split('.');
    if (operation.flow) continue;
    let group = program.commands.find((existing) => existing.name() === domain);
    if (!group) group = program.command(domain, { hidden: true }).description(`operations of ${domain}`);
    const made = command(group, verb, operation.summary);
    const { properties = {}, required = [] } = inputSchema(operation) as {
      properties?: Record<string, { description?: string; type?: unknown }>;
      required?: string[];
    };
    const fields = Object.keys(properties);
    const taken = new Set(
      Object.values(settings).flatMap((setting) => ('flag' in setting ? [setting.flag] : [])),
    );
    for (const field of fields.filter((name) => !taken.has(flagOf(name)))) {
      const option = new Option(`--${flagOf(field)} <value>`, properties[field]?.description ?? '');
      made.addOption(required.includes(field) ? option.makeOptionMandatory() : option);
    }
    made.action((options: Record<string, string>, self: Command) => {
      const input: Record<string, unknown> = {};
      for (const field of fields) {
        const value = options[camel(flagOf(field))];
        if (value !== undefined) input[field] = parseValue(value, properties[field]);
      }
      return actions.call(configOf(self), operation.id, input);
    });
  }
}

const flagOf = (field: string): string => field.replaceAll('_', '-');

/** A text stays a text where the schema asks for one; everything else is read as JSON. */
function parseValue(value: string, schema: { type?: unknown } | undefined): unknown {
  if (schema?.type === 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
