/** Documents of other kinds than the specification, for the built-in model's tests. */

export const meeting = `# Weekly product meeting, 12 March 2026

Attendees: Ada Park, Bo Lindqvist, Chen Wu, Dina Haddad

## Decisions

- We move the launch from 30 March to 14 April 2026 because the payment tests are late.
- Pricing stays at $29 per month for the first year.
- Chen Wu owns the migration plan from now on.

## Action items

- Ada Park: write the launch announcement by 2 April
- Bo Lindqvist: fix the login bug (issue 482) by Friday
- Chen Wu to send the migration plan to all teams by 20 March
- Dina Haddad: ask legal about the new terms, due 25 March

## Risks

The payment provider may not certify us in time. Dina said that the certification takes six weeks. If it slips, we launch without cards.
`;

const agreement = (
  supplier: string,
  fee: string,
  payable: number,
  from: string,
  until: string,
  notice: number,
  cap: string,
  law: string,
) => `SERVICE AGREEMENT

1. Parties

This agreement is between ${supplier} (the "Supplier") and Contoso GmbH (the "Customer").

2. Fees

The Customer shall pay a monthly fee of ${fee}. Invoices are payable within ${payable} days.

3. Term and Termination

This agreement begins on ${from} and ends on ${until}. Either party may terminate with ${notice} days' written notice.

4. Liability

The Supplier's total liability is limited to ${cap} per year. The Supplier shall keep all customer data confidential.

5. Governing Law

This agreement is governed by the laws of ${law}.
`;

export const northwind = agreement(
  'Northwind Ltd',
  'EUR 4,500',
  30,
  '1 January 2026',
  '31 December 2027',
  90,
  'EUR 100,000',
  'Germany',
);
export const fabrikam = agreement(
  'Fabrikam Inc',
  'EUR 3,900',
  14,
  '1 March 2026',
  '28 February 2027',
  30,
  'EUR 50,000',
  'Ireland',
);

export const readme = `# quickcache

A small in-memory cache for Node.js with time-to-live and size limits.

## Requirements

- Node.js 18 or later
- No native dependencies

## Installation

\`\`\`bash
npm install quickcache
\`\`\`

## Options

| Option | Default | Description |
|--------|---------|-------------|
| \`maxEntries\` | 1000 | Number of entries kept before the oldest is evicted |
| \`ttlMs\` | 60000 | Milliseconds until an entry expires |
| \`onEvict\` | none | Called with the key and value of an evicted entry |

## License

MIT. Maintained by Lena Fischer <lena@example.org>.
`;
