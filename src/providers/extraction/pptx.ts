import { posix } from 'node:path';
import { DOMParser } from 'linkedom';
import { AppError } from '../../kernel/errors.ts';
import { unpackArchive } from './archive.ts';
import { joinPages } from './pages.ts';
import type { ExtractionLimits, PageRange } from './port.ts';
import { markdownTable } from './table.ts';

/** The little of an XML element that is read here; the compiler has no DOM types on a server. */
interface XmlElement {
  tagName: string;
  textContent: string | null;
  children: Iterable<XmlElement>;
  getAttribute(name: string): string | null;
  getElementsByTagName(name: string): Iterable<XmlElement>;
}

const presentation = 'ppt/presentation.xml';
const needed =
  /^ppt\/(?:presentation\.xml|(?:slides|notesSlides)\/[^/]+\.xml|(?:slides\/)?_rels\/[^/]+\.rels)$/;

const damaged = (): AppError =>
  new AppError('unprocessable', 'The presentation is damaged and cannot be read.', {
    fix: 'Open it in a presentation program, save it again and upload the new copy.',
  });

/**
 * PowerPoint presentations (ECMA-376, PresentationML) as Markdown: a heading, the text, the tables and the speaker's notes
 * of each slide, in the order they are shown; slides are the pages. Errors: `unprocessable`, `too_large`.
 */
export function pptxToMarkdown(
  bytes: Uint8Array,
  limits: ExtractionLimits,
): { text: string; pages: PageRange[] } {
  const parts = unpackArchive(bytes, limits.unpackedBytes, (name) => needed.test(name));
  const find = (name: string): XmlElement | undefined => {
    const part = parts.get(name);
    return (
      part && (new DOMParser().parseFromString(part.toString('utf8'), 'text/xml') as unknown as XmlElement)
    );
  };
  const read = (name: string): XmlElement => {
    const found = find(name);
    if (!found) throw damaged();
    return found;
  };
  const targets = relationsOf(presentation, find);
  const slides = all(read(presentation), 'p:sldId').map(
    (slide) => targets.find(({ id }) => id === slide.getAttribute('r:id'))?.name ?? '',
  );
  if (slides.length > limits.pages)
    throw new AppError(
      'too_large',
      `The presentation has ${slides.length} slides; at most ${limits.pages} are read.`,
      {
        fix: 'Split it into smaller files.',
      },
    );
  const texts = slides.map((name, i) => {
    const slide = read(name);
    const notes = relationsOf(name, find).find(({ type }) => type.endsWith('/notesSlide'));
    return slideToMarkdown(slide, notes && find(notes.name), i + 1);
  });
  return joinPages(texts);
}

const all = (node: XmlElement, name: string): XmlElement[] => [...node.getElementsByTagName(name)];

const relationsName = (part: string): string =>
  posix.join(posix.dirname(part), '_rels', `${posix.basename(part)}.rels`);

/** What a part refers to; targets are relative to it, or begin with a slash. */
function relationsOf(
  part: string,
  find: (name: string) => XmlElement | undefined,
): { id: string; type: string; name: string }[] {
  const relations = find(relationsName(part));
  if (!relations) return [];
  return all(relations, 'Relationship').map((relation) => ({
    id: relation.getAttribute('Id') ?? '',
    type: relation.getAttribute('Type') ?? '',
    name: posix.resolve('/', posix.dirname(part), relation.getAttribute('Target') ?? '').slice(1),
  }));
}

/** Empty for a slide without a word, as one of pictures alone. */
function slideToMarkdown(slide: XmlElement, notes: XmlElement | undefined, number: number): string {
  let title = '';
  const body: string[] = [];
  for (const shape of shapesOf(slide)) {
    const table = all(shape, 'a:tbl')[0];
    if (table) {
      const rows = all(table, 'a:tr').map((row) =>
        all(row, 'a:tc').map((cell) =>
          paragraphsOf(cell)
            .map(({ text }) => text)
            .join(' '),
        ),
      );
      body.push(markdownTable(rows));
      continue;
    }
    const kind = placeholderOf(shape);
    const paragraphs = paragraphsOf(shape);
    if (paragraphs.length === 0 || kind === 'sldNum' || kind === 'ftr' || kind === 'dt') continue;
    if (title === '' && (kind === 'title' || kind === 'ctrTitle'))
      title = paragraphs.map(({ text }) => text).join(' ');
    // A body without a kind of its own is a list; text in a box of its own is not.
    else if (kind === 'body')
      body.push(paragraphs.map(({ level, text }) => `${'  '.repeat(level)}- ${text}`).join('\n'));
    else body.push(...paragraphs.map(({ text }) => text));
  }
  const said = notes
    ? shapesOf(notes)
        .filter((shape) => placeholderOf(shape) === 'body')
        .flatMap((shape) => paragraphsOf(shape).map(({ text }) => text))
    : [];
  if (title === '' && body.length === 0 && said.length === 0) return '';
  return [`## ${title || `Slide ${number}`}`, ...body, ...(said.length > 0 ? ['Notes:', ...said] : [])].join(
    '\n\n',
  );
}

/** Shapes and tables in the order they are drawn, those in groups as well. */
function shapesOf(node: XmlElement): XmlElement[] {
  return [...node.children].flatMap((child) =>
    child.tagName === 'p:sp' || child.tagName === 'p:graphicFrame' ? [child] : shapesOf(child),
  );
}

/** What the layout has the shape for; a placeholder without a type is for the body, a shape without one is null. */
function placeholderOf(shape: XmlElement): string | null {
  const placeholder = all(shape, 'p:ph')[0];
  return placeholder ? (placeholder.getAttribute('type') ?? 'body') : null;
}

function paragraphsOf(shape: XmlElement): { level: number; text: string }[] {
  return all(shape, 'a:p')
    .map((paragraph) => ({
      level: Math.min(8, Number(all(paragraph, 'a:pPr')[0]?.getAttribute('lvl') ?? 0) || 0),
      text: [...paragraph.children]
        .map((run) =>
          run.tagName === 'a:br'
            ? ' '
            : all(run, 'a:t')
                .map((part) => part.textContent ?? '')
                .join(''),
        )
        .join('')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    }))
    .filter(({ text }) => text !== '');
}
