// A weight matrix as its file has it: whole numbers, and a scale for each row.
//
// Sums are in double precision, as in Python. For products with the whole matrix, the
// integers lie in blocks of four rows, column by column, as float32, which hold them
// exactly: measured 1.7 times as fast as two-byte integers row by row.

export class QuantisedWeight {
  /** `integers`: all rows, one after another; `scales`: a number for each row. */
  constructor(columns, integers, scales) {
    this.size = scales.length;
    this.columns = columns;
    this.integers = integers;
    this.scales = scales;
    this.blocks = this.inBlocks();
    this.rowLengths = Int32Array.from(scales, (_, row) => this.lengthOf(row));
  }

  /** How many of a row's columns there are without the zeros at its end. */
  lengthOf(row) {
    const { integers, columns } = this;
    let length = columns;
    while (length > 0 && integers[row * columns + length - 1] === 0) length -= 1;
    return length;
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

  /** Put start + weight * vector into `into`. */
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

  /** The product of one row and a vector. */
  rowTimes(row, vector) {
    const { integers, columns } = this;
    const length = this.rowLengths[row];
    let sum = 0;
    for (let n = 0; n < length; n += 1) sum += integers[row * columns + n] * vector[n];
    return sum * this.scales[row];
  }

  /** One weight. */
  at(row, column) {
    return this.scales[row] * this.integers[row * this.columns + column];
  }

  /** Add a column to `into`: the product with a vector of a single 1. */
  addColumn(column, into) {
    for (let row = 0; row < this.size; row += 1) into[row] += this.at(row, column);
  }
}
