// A weight as its file has it: whole numbers, and a unit that each row has for itself.
//
// Sums are in double precision, as deepmusician.composing has them. For whole products
// the numbers lie four rows at a time, column by column, as float32, which hold them
// exactly: measured 1.7 times as fast as two-byte numbers row by row.

/** `count` float32 of the payload, as doubles. */
export function floatsOf(payload, at, count) {
  const read = (_, n) => payload.getFloat32(at + 4 * n, true);
  return Float64Array.from({ length: count }, read);
}

export class Rows {
  /** What the header tells of a weight, and the payload. */
  constructor({ shape, bits, offset, kept }, payload) {
    const [rows, columns] = shape;
    this.size = rows;
    this.columns = columns;
    this.kept = Int32Array.from(kept ?? new Array(rows).fill(columns));
    this.firsts = new Int32Array(rows + 1); // where each row begins
    this.kept.forEach((many, n) => {
      this.firsts[n + 1] = this.firsts[n] + many;
    });
    const count = this.firsts[rows];
    const place = payload.byteOffset + offset + 4 * rows;
    this.units = floatsOf(payload, offset, rows);
    this.numbers = new Int16Array(new Int8Array(payload.buffer, place, count));
    this.refine(new Uint8Array(payload.buffer, place + count), bits - 8);
    if (!kept) this.fours = this.inFours();
  }

  /** Add what 8 bits left of every number, `extra` bits each, the highest first. */
  refine(packed, extra) {
    const { numbers, units } = this;
    const parts = 1 << extra;
    for (let n = 0; n < numbers.length; n += 1) {
      let left = 0;
      for (let bit = n * extra; bit < (n + 1) * extra; bit += 1) {
        left = 2 * left + ((packed[bit >> 3] >> (7 - (bit & 7))) & 1);
      }
      numbers[n] = parts * numbers[n] + left - (parts >> 1);
    }
    for (let n = 0; n < units.length; n += 1) units[n] /= parts;
  }

  /** The numbers of all whole fours of rows, column by column. */
  inFours() {
    const { numbers, columns } = this;
    const fours = new Float32Array((this.size - (this.size % 4)) * columns);
    const rows = fours.length / columns;
    for (let row = 0; row < rows; row += 1) {
      const first = (row - (row % 4)) * columns + (row % 4);
      for (let n = 0; n < columns; n += 1) {
        fours[first + 4 * n] = numbers[row * columns + n];
      }
    }
    return fours;
  }

  /** Put start + weight * vector into `into`, of a weight without a mask. */
  times(vector, start, into) {
    const { fours, units, columns, size } = this;
    let at = 0;
    let row = 0;
    for (; row + 4 <= size; row += 4) {
      let [one, two, three, four] = [0, 0, 0, 0];
      for (let n = 0; n < columns; n += 1) {
        const value = vector[n];
        one += fours[at] * value;
        two += fours[at + 1] * value;
        three += fours[at + 2] * value;
        four += fours[at + 3] * value;
        at += 4;
      }
      into[row] = start[row] + units[row] * one;
      into[row + 1] = start[row + 1] + units[row + 1] * two;
      into[row + 2] = start[row + 2] + units[row + 2] * three;
      into[row + 3] = start[row + 3] + units[row + 3] * four;
    }
    for (; row < size; row += 1) into[row] = start[row] + this.rowTimes(row, vector);
  }

  /** What one row, as far as it is kept, makes of a vector. */
  rowTimes(row, vector) {
    const { numbers } = this;
    const [first, many] = [this.firsts[row], this.kept[row]];
    let sum = 0;
    for (let n = 0; n < many; n += 1) sum += numbers[first + n] * vector[n];
    return sum * this.units[row];
  }

  /** One weight, 0 where the row does not hold it. */
  at(row, column) {
    if (column >= this.kept[row]) return 0;
    return this.units[row] * this.numbers[this.firsts[row] + column];
  }

  /** Add a column to `into`: weight * a vector of one 1. */
  addColumn(column, into) {
    for (let row = 0; row < this.size; row += 1) into[row] += this.at(row, column);
  }
}
