/** Statements of which a person has one: another value is another state of the same thing. */
const single =
  /^(is called|wants to be called|works at|works as|lives in|birthday is|favourite [\p{L} ]+? is|[\p{L}]+ is called)\b/iu;
const negative =
  /\b(not|never|no longer|no|don['’]?t|doesn['’]?t|isn['’]?t|without|avoid|dislikes?|hates?)\b/i;
const verbs =
  /\b(no longer|likes?|loves?|enjoys?|dislikes?|hates?|prefers?|always|never|do not|don['’]t|does not|doesn['’]t|not)\b/gi;
const small = new Set('a an the to of in on at for and or is are be with my me i'.split(' '));

const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '' && !small.has(word))
    .map((word) => word.replace(/(?<=\p{L}{3})(?:ing|es|s|ed)$/u, ''));

/**
 * Whether a new statement cannot hold together with a known one: another value of what a person has one of, the
 * opposite about the same thing, or a preference the other way round. Conservative: two likings are no contradiction.
 */
export function contradicts(fresh: string, known: string): boolean {
  const frame = single.exec(fresh)?.[0].toLowerCase();
  if (frame !== undefined && known.toLowerCase().startsWith(`${frame} `))
    return wordsOf(fresh).join() !== wordsOf(known).join();
  if (preference(fresh) !== null && turned(fresh, known)) return true;
  const about = (text: string): string => [...new Set(wordsOf(text.replace(verbs, ' ')))].sort().join(' ');
  const topic = about(fresh);
  if (topic === '' || topic !== about(known)) return oneWordOther(fresh, known);
  return negative.test(fresh) !== negative.test(known);
}

const preference = (text: string) => /^prefers (.+?) (?:to|over|instead of|rather than) (.+)$/i.exec(text);

/** "Prefers tea to coffee" against "Prefers coffee to tea". */
function turned(fresh: string, known: string): boolean {
  const [, better = '', worse = ''] = preference(fresh) ?? [];
  const [, knownBetter = '', knownWorse = ''] = preference(known) ?? [];
  return (
    wordsOf(better).join() === wordsOf(knownWorse).join() &&
    wordsOf(worse).join() === wordsOf(knownBetter).join()
  );
}

/** "Prefers short answers" against "Prefers long answers": one word of at least three is another, in the same place. */
function oneWordOther(fresh: string, known: string): boolean {
  if (!/^(prefers|always|never)\b/i.test(fresh)) return false;
  const [a, b] = [wordsOf(fresh), wordsOf(known)];
  return a.length >= 3 && a.length === b.length && a.filter((word, index) => word !== b[index]).length === 1;
}
