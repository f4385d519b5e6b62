/** One word of a text: sub-words of `snake_case` and `camelCase` names are words of their own. */
export interface Word {
  /** Lower case. */
  text: string;
  stem: string;
  /** Offset in the text it was read from. */
  start: number;
}

const stopWords = new Set(
  (
    'a an the this that these those of to in on at by for from with without into onto over under about as is are was were ' +
    'be been being am do does did done has have had having will would shall should can could may might must it its they ' +
    'them their there here he she his her him we us our you your i me my and or nor but if then than so such not no yes ' +
    'any some all every each either both few more most other another own same only just also too very please ' +
    'what which who whom whose when where why how many much often long list find show give tell name get make let'
  ).split(' '),
);

/** Verbs that join a thing to its description without saying anything of it. */
const lightVerbs = new Set(
  (
    'store stores stored storing hold holds held contain contains contained containing include includes included keep ' +
    'keeps kept use uses used using mention mentions mentioned mentioning define defines defined describe describes ' +
    'described document documented exist exists relate relates related concern concerns involve involves say says said ' +
    'state states stated appear appears belong belongs make makes made'
  ).split(' '),
);

/**
 * A light stemmer: plural, -ed and -ing endings are taken off and a final e or y levelled, so that the forms of one
 * word meet. Less than Porter's on purpose: derivations (`authentication`, `authority`) stay apart.
 */
export function stem(word: string): string {
  let s = word;
  if (s.length > 3 && !/\d/.test(s)) {
    if (/(?:sses|shes|ches|xes|zes)$/.test(s)) s = s.slice(0, -2);
    else if (/[^aeiou]ies$/.test(s) && s.length > 4) s = `${s.slice(0, -3)}y`;
    else if (/[^s u i]s$/.test(s)) s = s.slice(0, -1);
    if (s.length > 5 && /[aeiouy].*ing$/.test(s)) s = undouble(s.slice(0, -3));
    else if (s.length > 4 && /[aeiouy].*ed$/.test(s)) s = undouble(s.slice(0, -2));
    if (s.length > 3) s = s.replace(/e$/, '').replace(/([^aeiou])y$/, '$1i');
  }
  return s;
}

const undouble = (s: string): string => (/([bdgmnprt])\1$/.test(s) ? s.slice(0, -1) : s);

/** `getReadyTasks` and `UserSettings` have parts; `OAuth`, `iPhone` and `GitHub` are one word. */
function camelParts(word: string): string[] {
  if (!/\p{Ll}\p{Lu}/u.test(word)) return [word];
  const parts = word.split(/(?<=\p{Ll})(?=\p{Lu})/u);
  const least = /^\p{Ll}/u.test(word) ? 2 : 4;
  return parts.every((part) => part.length >= least) ? parts : [word];
}

export const isLightVerb = (word: string): boolean => lightVerbs.has(word);

/** All words of a text in order. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const match of text.matchAll(/[\p{L}\p{M}]+(?:['’]\p{L}+)?|\d+(?:[.,:/-]\d+)*/gu)) {
    let start = match.index;
    for (const part of camelParts(match[0])) {
      const lower = part.toLowerCase().replace(/['’]s$/, '');
      words.push({ text: lower, stem: stem(lower), start });
      start += part.length;
    }
  }
  return words;
}

/** Words that carry meaning; `verbs: false` also drops the light verbs (`stores`, `contains`). */
export function contentWords(text: string, options: { verbs: boolean } = { verbs: true }): Word[] {
  return wordsOf(text).filter(
    ({ text: word, start }) =>
      (!stopWords.has(word) || text[start - 1] === '_' || text[start + word.length] === '_') &&
      (word.length > 1 || /\d/.test(word)) &&
      (options.verbs || !lightVerbs.has(word)),
  );
}

export const stemsOf = (text: string): Set<string> => new Set(contentWords(text).map((word) => word.stem));
