/** Adds to a list; `push(...items)` overflows the stack when a hostile file makes a hundred thousand mistakes. */
export function append<Item>(target: Item[], items: Iterable<Item>): void {
  for (const item of items) target.push(item);
}
