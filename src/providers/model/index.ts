export { type Brief, type BriefCitation, type BriefResult, renderBrief } from './brief.ts';
export { createModelProvider, findOllama } from './create.ts';
export * from './port.ts';
export { type PricedCall, type PriceRow, priceOf } from './prices.ts';
export { estimateMessageTokens, estimateTokens, loadTokenizer, textOfTokens } from './tokens.ts';
