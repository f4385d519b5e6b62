import { stem } from './words.ts';

/**
 * A small lexicon of general English and office words: what a question may mean by a word beside the word itself.
 * Directed, because a password is a secret but not every secret is a password. One word may be answered by a pair
 * (`api key`) where the parts alone would mislead. `~` marks a looser kinship.
 */
const entries: Record<string, string> = {
  secret:
    'password, passphrase, passwd, credential, token, apikey, jwt, api key, private key, access key, secret key, encryption key, signing key, client key, ~oauth, ~certificate',
  credential: 'password, passwd, token, secret, apikey, api key, private key, access key, login, ~oauth',
  password: 'passwd, passphrase, ~credential',
  token: 'jwt, bearer, ~credential, ~oauth, ~api key',
  cost: 'price, fee, charge, expense, spend, usd, amount, budget',
  price: 'cost, fee, rate, charge, amount',
  pay: 'payment, fee, invoice, remuneration, salary, compensation',
  payment: 'pay, fee, invoice, paid, remuneration',
  salary: 'pay, wage, compensation, remuneration',
  deadline: 'due, until, by, date, expire, deliver',
  date: 'day, deadline, due, on',
  due: 'deadline, until, by, payable',
  period: 'day, week, month, year, term, duration',
  version: 'release, later, newer',
  contract: 'agreement',
  agreement: 'contract',
  run: 'execute, start, launch, order',
  end: 'terminate, termination, expire, expiry, expiration, until, finish',
  expire: 'end, expiry, expiration, terminate, until',
  terminate: 'termination, end, cancel, expire, notice',
  termination: 'terminate, end, cancel, expire',
  begin: 'start, commence, effective, commencement',
  start: 'begin, commence, effective, launch, commencement',
  owner: 'owned, own, responsible, assignee, assigned, lead, in charge',
  own: 'owner, responsible',
  responsible: 'owner, own, assigned, assignee, lead, in charge',
  assign: 'assignee, owner, responsible, action, will',
  action: 'todo, task, will, follow up, next step',
  task: 'todo, action, assignment',
  decide: 'decision, agreed, agree, approve, resolved, chose, chosen',
  decision: 'decided, decide, agreed, agree, approve, resolved',
  attend: 'attendee, present, participant',
  attendee: 'attend, present, participant',
  participant: 'attendee, attend, present, member, party',
  risk: 'concern, issue, threat, danger, hazard, blocker',
  problem: 'issue, bug, defect, fault, error, blocker',
  bug: 'defect, fault, issue, error',
  error: 'fault, failure, bug, defect',
  user: '~account, ~customer, ~member',
  customer: 'client, buyer, ~user',
  client: 'customer, buyer',
  supplier: 'vendor, provider, contractor, seller',
  company: 'organization, organisation, firm, business, corporation, employer',
  employee: 'staff, worker, personnel',
  buy: 'purchase, acquire, order',
  delete: 'remove, erase, drop, purge',
  create: 'make, add, generate, build',
  change: 'modify, update, alter, edit, amend, revise, history',
  history: 'audit, log, change, track',
  audit: 'log, history, trail',
  install: 'setup, set up, deploy',
  requirement: 'require, must, need, prerequisite',
  require: 'need, must, requirement, prerequisite, depend',
  obligation: 'shall, must, duty, undertake, agrees to, responsible',
  duty: 'obligation, shall, must, responsible',
  permission: 'right, access, privilege, role, license',
  picture: 'image, photo, figure',
  image: 'picture, photo',
  document: 'file, paper',
  law: 'governing, jurisdiction, legal, statute',
  confidential: 'confidentiality, secret, nondisclosure, private',
  liability: 'liable, damages, indemnify, responsible',
  limit: 'maximum, cap, quota, most, exceed',
  maximum: 'max, limit, cap, most, exceed',
  minimum: 'min, least',
  email: 'mail, e mail',
  phone: 'telephone, mobile, call',
  address: 'location, street',
  place: 'location, venue, where, room',
  meeting: 'call, session, minutes',
  revenue: 'sales, income, turnover',
  fast: 'speed, quick, latency, performance',
  vector: 'embedding, embed',
  embedding: 'vector',
};

export interface Sense {
  /** Stems that must stand side by side; usually one. */
  stems: string[];
  /** 1 the word itself, less for a narrower or a kindred word. */
  weight: number;
}

const table = new Map<string, Sense[]>(
  Object.entries(entries).map(([word, list]) => [
    stem(word),
    list.split(', ').map((entry) => ({
      stems: entry.replace('~', '').split(' ').map(stem),
      weight: entry.startsWith('~') ? 0.5 : 0.8,
    })),
  ]),
);

/** The word itself and what it may be called instead, strongest first. */
export function sensesOf(wordStem: string): Sense[] {
  return [{ stems: [wordStem], weight: 1 }, ...(table.get(wordStem) ?? [])].sort(
    (a, b) => b.weight - a.weight,
  );
}

/** Words that turn what stands beside them into a quantity: `tokens_used` counts tokens, it stores none. */
export const quantityStems = new Set(
  'used use total allocate count number num input output max maximum min minimum limit budget quota usage rate per cost tracking track reserved average avg sum size length'
    .split(' ')
    .map(stem),
);
