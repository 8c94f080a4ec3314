// A weight matrix as its file has it: whole numbers, and a scale for each row.
//
// Sums are in double precision, as in Python. For products with the whole matrix, the
// integers lie in blocks of four rows, column by column, as float32, which hold them
// exactly: measured 1.7 times as fast as two-byte integers row by row.

/** `count` float32 of the payload, as doubles. */
export function floatsOf(payload, at, count) {
  const read = (_, n) => payload.getFloat32(at + 4 * n, true);
  return Float64Array.from({ length: count }, read);
}

export class QuantisedWeight {
  /** `kept`: how many of each row's columns the file holds; the rest are zero. */
  constructor({ shape, bits, offset, kept }, payload) {
    const [rows, columns] = shape;
    this.size = rows;
    this.columns = columns;
    this.rowLengths = Int32Array.from(kept ?? new Array(rows).fill(columns));
    this.rowStarts = new Int32Array(rows + 1); // where each row begins
    this.rowLengths.forEach((length, n) => {
      this.rowStarts[n + 1] = this.rowStarts[n] + length;
    });
    const count = this.rowStarts[rows];
    const place = payload.byteOffset + offset + 4 * rows;
    this.scales = floatsOf(payload, offset, rows);
    this.integers = new Int16Array(new Int8Array(payload.buffer, place, count));
    this.addLowBits(new Uint8Array(payload.buffer, place + count), bits - 8);
    if (!kept) this.blocks = this.inBlocks();
  }

  /** Add the `extra` low bits of every integer, the highest of them first. */
  addLowBits(packed, extra) {
    const { integers, scales } = this;
    const parts = 1 << extra;
    for (let n = 0; n < integers.length; n += 1) {
      let left = 0;
      for (let bit = n * extra; bit < (n + 1) * extra; bit += 1) {
        left = 2 * left + ((packed[bit >> 3] >> (7 - (bit & 7))) & 1);
      }
      integers[n] = parts * integers[n] + left - (parts >> 1);
    }
    for (let n = 0; n < scales.length; n += 1) scales[n] /= parts;
  }

  /** The integers of all blocks of four rows, column by column. */
  inBlocks() {
    const { integers, columns } = this;
    const blocks = new Float32Array((this.size - (this.size % 4)) * columns);
    const rows = blocks.length / columns;
    for (let row = 0; row < rows; row += 1) {
      const first = (row - (row % 4)) * columns + (row % 4);
      for (let n = 0; n < columns; n += 1) {
        blocks[first + 4 * n] = integers[row * columns + n];
      }
    }
    return blocks;
  }

  /** Put start + weight * vector into `into`, for a weight without a mask. */
  times(vector, start, into) {
    const { blocks, scales, columns, size } = this;
    let at = 0;
    let row = 0;
    for (; row + 4 <= size; row += 4) {
      let [one, two, three, four] = [0, 0, 0, 0];
      for (let n = 0; n < columns; n += 1) {
        const value = vector[n];
        one += blocks[at] * value;
        two += blocks[at + 1] * value;
        three += blocks[at + 2] * value;
        four += blocks[at + 3] * value;
        at += 4;
      }
      into[row] = start[row] + scales[row] * one;
      into[row + 1] = start[row + 1] + scales[row + 1] * two;
      into[row + 2] = start[row + 2] + scales[row + 2] * three;
      into[row + 3] = start[row + 3] + scales[row + 3] * four;
    }
    for (; row < size; row += 1) into[row] = start[row] + this.rowTimes(row, vector);
  }

  /** The product of one row, as far as it is kept, and a vector. */
  rowTimes(row, vector) {
    const { integers } = this;
    const [first, length] = [this.rowStarts[row], this.rowLengths[row]];
    let sum = 0;
    for (let n = 0; n < length; n += 1) sum += integers[first + n] * vector[n];
    return sum * this.scales[row];
  }

  /** One weight, 0 where the row does not hold it. */
  at(row, column) {
    if (column >= this.rowLengths[row]) return 0;
    return this.scales[row] * this.integers[this.rowStarts[row] + column];
  }

  /** Add a column to `into`: the product with a vector of a single 1. */
  addColumn(column, into) {
    for (let row = 0; row < this.size; row += 1) into[row] += this.at(row, column);
  }
}
