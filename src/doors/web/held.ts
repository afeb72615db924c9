/** Whether a caller holds what would be sent. */

/** Whether one of the tags is this one. The comparison is weak, as RFC 9110 §13.1.2 has it. */
export function isHeld(tags: string | undefined, etag: string): boolean {
  if (tags === undefined) return false;
  const bare = (tag: string) => tag.trim().replace(/^W\//, '');
  return tags.trim() === '*' || tags.split(',').some((tag) => bare(tag) === bare(etag));
}
