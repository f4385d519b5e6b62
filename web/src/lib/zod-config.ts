import { z } from 'zod';

// zod compiles parsers with `new Function` where it may; the page's content policy forbids that and reports the try.
// Imported before the first schema is made.
z.config({ jitless: true });
