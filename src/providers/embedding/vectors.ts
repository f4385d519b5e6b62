/** The vector at unit length; a zero vector stays as it is. */
export function normalized(vector: number[]): number[] {
  const length = Math.hypot(...vector);
  return length === 0 || Math.abs(length - 1) < 1e-6 ? vector : vector.map((value) => value / length);
}
