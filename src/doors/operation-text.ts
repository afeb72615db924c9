/** The text of an operation, measured token by token in one pass without a stack, before a parser recurses into it. */
import { Lexer, Source, type Token, TokenKind } from 'graphql';
import type { Limits } from './bounds/limits.ts';
import { tooLarge } from './refuse.ts';

const OPENING: ReadonlySet<string> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING: ReadonlySet<string> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/**
 * Refuses a text that is too long, or nests or repeats too much; a text that is no GraphQL is the parser's to
 * refuse.
 */
export function measureText(text: string, limits: Limits): void {
  if (text.length > limits.operationChars) {
    const message = `The operation is longer than ${limits.operationChars} characters. Pass content in variables.`;
    throw tooLarge('operationChars', limits.operationChars, message);
  }
  const lexer = new Lexer(new Source(text));
  let tokens = 0;
  let depth = 0;
  let directives = 0;
  let commentChars = 0;
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
    if (++tokens > limits.tokens)
      throw tooLarge('tokens', limits.tokens, `The operation has more than ${limits.tokens} tokens.`);
    if (token.kind === TokenKind.AT && ++directives > limits.directives) {
      throw tooLarge(
        'directives',
        limits.directives,
        `The operation has more than ${limits.directives} directives.`,
      );
    }
    if (OPENING.has(token.kind) && ++depth > limits.brackets) {
      throw tooLarge(
        'brackets',
        limits.brackets,
        `The operation nests brackets more than ${limits.brackets} deep.`,
      );
    }
    if (CLOSING.has(token.kind)) depth--;
    commentChars += commentBefore(token);
    if (commentChars > limits.commentChars) throw tooManyComments(limits);
  }
  if (commentChars + commentBefore(lexer.token) > limits.commentChars) throw tooManyComments(limits);
}

const tooManyComments = (limits: Limits) =>
  tooLarge(
    'commentChars',
    limits.commentChars,
    `The operation has more than ${limits.commentChars} characters of comments.`,
  );

function commentBefore(token: Token): number {
  let chars = 0;
  for (let before = token.prev; before?.kind === TokenKind.COMMENT; before = before.prev)
    chars += before.end - before.start;
  return chars;
}
