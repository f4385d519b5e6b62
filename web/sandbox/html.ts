import { begin, watch } from './frame.ts';

begin((content) => {
  document.open();
  watch();
  document.write(content);
  document.close();
});
