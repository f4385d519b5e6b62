import { describe, expect, test } from 'vitest';
import { withMath } from './math.ts';

describe('formulas', () => {
  test.each([
    ['The area is $w \\cdot h$.', 'The area is $$w \\cdot h$$.'],
    ['The area is \\( w \\cdot h \\).', 'The area is $$w \\cdot h$$.'],
    ['Thus\n\n\\[\nx^2\n\\]\n\nholds', 'Thus\n\n$$\nx^2\n$$\n\nholds'],
    ['$$x^2$$', '$$\nx^2\n$$'],
    ['- first\n  \\[ x^2 \\]\n- next', '- first\n  $$\n  x^2\n  $$\n- next'],
    ['So \\[x\\] it is', 'So $$x$$ it is'],
    ['It holds that $$x$$ and $y$', 'It holds that $$x$$ and $$y$$'],
  ])('%j', (written, read) => {
    expect(withMath(written)).toBe(read);
  });

  test.each([
    'It costs $5 and $10.',
    'Between $5-$10 a month',
    'US$5/US$6',
    'a \\$5 note and \\$6',
    'run `echo $HOME $PATH` and `a\\(b\\)`',
    '```sh\necho "$A" "$B" \\(c\\)\n```',
    '~~~\n$x$\n~~~',
    '```\nnot closed $x$',
    'A price of $ 5 and $ 6',
  ])('%j stays', (text) => {
    expect(withMath(text)).toBe(text);
  });

  test('formulas beside code', () => {
    expect(withMath('`$a$` is $b$\n```\n$c$\n```\n$d$')).toBe('`$a$` is $$b$$\n```\n$c$\n```\n$$d$$');
  });
});
