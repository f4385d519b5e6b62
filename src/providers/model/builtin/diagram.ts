/** A box of an ASCII diagram: `+---+`, a title, `+---+`, rows, `+---+`. Offsets are into the text given. */
export interface Box {
  title: string;
  rows: { text: string; start: number; end: number }[];
  titleStart: number;
  titleEnd: number;
}

interface Line {
  text: string;
  start: number;
}
interface Open {
  left: number;
  box: Box;
  inRows: boolean;
}

/** Drawn boxes are seldom exact: an overlong name pushes what follows by a few columns. */
const slack = 3;

/** The cell whose left border stands at `left`, or near it. */
function cellAt(line: Line, left: number): { text: string; start: number; end: number } | null {
  for (let shift = 0; shift <= slack; shift += 1) {
    const from = left + shift;
    if (line.text[from] !== '|') continue;
    const to = line.text.indexOf('|', from + 1);
    if (to === -1) return null;
    return { text: line.text.slice(from + 1, to).trim(), start: line.start + from, end: line.start + to + 1 };
  }
  return null;
}

/** All boxes drawn in `text`, in the order they open. */
export function boxesOf(text: string): Box[] {
  const lines: Line[] = [];
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    lines.push({ text: text.slice(start, end), start });
    start = end + 1;
  }
  const boxes: Box[] = [];
  let open: Open[] = [];
  for (const [i, line] of lines.entries()) {
    const borders = [...line.text.matchAll(/\+[-=]{3,}(?=\+)/g)].map((match) => match.index);
    const isBorder = (left: number): boolean => borders.some((border) => Math.abs(border - left) <= slack);
    const still: Open[] = [];
    for (const member of open) {
      if (isBorder(member.left)) {
        if (!member.inRows) still.push({ ...member, inRows: true });
        continue;
      }
      const cell = cellAt(line, member.left);
      if (cell === null) continue;
      if (member.inRows) member.box.rows.push(cell);
      else if (member.box.title === '') {
        Object.assign(member.box, { title: cell.text, titleStart: cell.start, titleEnd: cell.end });
      }
      still.push(member);
    }
    const below = lines[i + 1];
    for (const left of borders) {
      const taken = open.some((member) => Math.abs(member.left - left) <= slack);
      if (taken || below === undefined || cellAt(below, left) === null) continue;
      const box: Box = { title: '', rows: [], titleStart: 0, titleEnd: 0 };
      boxes.push(box);
      still.push({ left, box, inRows: false });
    }
    open = still;
  }
  return boxes.filter((box) => box.title !== '');
}
