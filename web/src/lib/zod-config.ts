import { z } from 'zod';

// zod compiles parsers with `new Function` where it may; the page's content policy forbids that and reports the try.
// Imported before everything else.
z.config({ jitless: true });
