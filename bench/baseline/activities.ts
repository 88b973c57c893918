/** The work of both sides. */
export async function work({ value }: { readonly value: number }): Promise<{ value: number }> {
  return { value: value + 1 };
}
