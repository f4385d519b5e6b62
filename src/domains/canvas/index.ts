export { CanvasEvents } from './events.ts';
export { canvasOperations } from './operations.ts';
export { CanvasService } from './service.ts';
export { CanvasSharing } from './sharing.ts';
export { canvasPrompt, canvasTools } from './tools.ts';
