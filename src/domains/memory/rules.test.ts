import { describe, expect, test } from 'vitest';
import { contradicts } from './conflict.ts';
import { factsIn } from './rules.ts';

const now = new Date('2026-03-10T12:00:00Z');
const found = (text: string) => factsIn(text, now).map(({ content }) => content);

describe('what a person says about themselves', () => {
  test.each([
    ['Hi! My name is Ada Lovelace and I need help.', ['Is called Ada Lovelace']],
    ['Please call me Ada.', ['Wants to be called Ada']],
    ['I work at Initech as an engineer.', ['Works at Initech']],
    ['I now work for Globex.', ['Works at Globex']],
    ['I work as a nurse, mostly at night.', ['Works as a nurse']],
    ['I just moved to New York.', ['Lives in New York']],
    ['I live in Oslo.', ['Lives in Oslo']],
    ['My birthday is on 3 May.', ['Birthday is 3 May']],
    ['I prefer short answers, thanks.', ['Prefers short answers']],
    ['I prefer tea to coffee.', ['Prefers tea to coffee']],
    ["I don't like olives.", ['Dislikes olives']],
    ["I can't stand long meetings because they are dull.", ['Dislikes long meetings']],
    ['I really love hiking and I hate rain.', ['Dislikes rain', 'Likes hiking']],
    ["I'm allergic to peanuts.", ['Is allergic to peanuts']],
    ['I am vegetarian.', ['Is vegetarian']],
    ['My favourite colour is dark green.', ['Favourite colour is dark green']],
    ["My dog's name is Rex.", ['Dog is called Rex']],
    ['I no longer work at Initech.', ['No longer works at Initech']],
  ])('%s', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  test.each([
    ['Remember that the invoices go out on Mondays.', 'The invoices go out on Mondays', 'fact'],
    ['Always answer in British English.', 'Always answer in British English', 'instruction'],
    ['Please never use emojis!', 'Never use emojis', 'instruction'],
    ['From now on, write in short paragraphs.', 'Write in short paragraphs', 'instruction'],
  ])('%s', (text, content, category) => {
    expect(factsIn(text, now)).toMatchObject([{ content, category }]);
  });

  test('a date ends with its day', () => {
    const [flight] = factsIn('My flight to Rome is on 12 June.', now);
    expect(flight).toMatchObject({ content: 'Flight to Rome on 12 June', category: 'context' });
    expect(flight?.expires_at?.toISOString()).toBe('2026-06-14T00:00:00.000Z');
    expect(factsIn('The review is due by March 1st.', now)[0]?.expires_at?.getUTCFullYear()).toBe(2027);
    expect(factsIn('The launch is on 2026-11-30.', now)[0]?.expires_at?.toISOString()).toContain(
      '2026-12-02',
    );
  });

  test('words that tell of a change are noticed', () => {
    expect(factsIn('I now work for Globex.', now)[0]?.changed).toBe(true);
    expect(factsIn('I work for Globex.', now)[0]?.changed).toBe(false);
  });
});

test.each([
  'Where do I live in Oslo?',
  'What is my name?',
  'If I lived in Paris I would like wine.',
  'I like this.',
  'I love your answer.',
  'I would prefer tea.',
  'She said my name is Ada.',
  '> I work at Initech',
  '```\nI live in Oslo\n```',
  'Imagine I work at Initech.',
  'I prefer it.',
  'Summarise the file for me.',
  'The report always arrives late.',
  'I like to see the numbers.',
  '"I work at Initech" is a sentence.',
])('nothing is learned from: %s', (text) => {
  expect(found(text)).toEqual([]);
});

test('a long message gives a bounded number of facts', () => {
  const text = Array.from({ length: 50 }, (_, n) => `I like topic number ${n}.`).join(' ');
  expect(found(text)).toHaveLength(10);
  expect(found(`I like ${'x'.repeat(400)}.`)).toEqual([]);
});

describe('contradictions', () => {
  test.each([
    ['Lives in Oslo', 'Lives in Rome'],
    ['Works at Globex', 'Works at Initech'],
    ['Likes olives', 'Dislikes olives'],
    ['No longer works at Initech', 'Works at Initech'],
    ['Never use emojis', 'Always use emojis'],
    ['Prefers tea to coffee', 'Prefers coffee to tea'],
    ['Prefers short answers', 'Prefers long answers'],
    ['Favourite colour is green', 'Favourite colour is red'],
    ['Dog is called Rex', 'Dog is called Max'],
  ])('%s | %s', (fresh, known) => {
    expect(contradicts(fresh, known)).toBe(true);
  });

  test.each([
    ['Lives in Oslo', 'Lives in Oslo'],
    ['Likes olives', 'Likes tea'],
    ['Prefers tea', 'Prefers aisle seats'],
    ['Dog is called Rex', 'Cat is called Max'],
    ['Favourite colour is green', 'Favourite food is soup'],
    ['Lives in Oslo', 'Works at Initech'],
    ['Dislikes rain', 'Likes hiking'],
  ])('both hold: %s | %s', (fresh, known) => {
    expect(contradicts(fresh, known)).toBe(false);
  });
});
