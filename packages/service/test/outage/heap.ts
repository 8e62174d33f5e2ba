/** Numbers in the order of what stands beside them: the least comes out first. */
export interface Heap {
  add(item: number, order: number): void;
  /** Of the first one. `Infinity`: there is none. */
  readonly least: number;
  take(): number;
}

export function createHeap(): Heap {
  const items: number[] = [];
  const orders: number[] = [];
  const swap = (one: number, other: number): void => {
    for (const list of [items, orders]) {
      const value = list[one] as number;
      list[one] = list[other] as number;
      list[other] = value;
    }
  };
  const isLess = (one: number, other: number): boolean =>
    (orders[one] ?? Infinity) < (orders[other] ?? Infinity);
  return {
    get least() {
      return orders[0] ?? Infinity;
    },
    add(item, order) {
      let place = items.push(item) - 1;
      orders.push(order);
      for (
        let above = (place - 1) >> 1;
        place > 0 && isLess(place, above);
        above = (place - 1) >> 1
      ) {
        swap(place, above);
        place = above;
      }
    },
    take() {
      const first = items[0] as number;
      swap(0, items.length - 1);
      items.pop();
      orders.pop();
      for (let place = 0; ; ) {
        const [left, right] = [2 * place + 1, 2 * place + 2];
        const below = isLess(right, left) ? right : left;
        if (!isLess(below, place)) return first;
        swap(place, below);
        place = below;
      }
    },
  };
}
