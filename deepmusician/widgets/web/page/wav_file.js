// WAV files, written in the page: one channel, 16 bits a sample.

const WAV_LARGEST = 0x7fff; // a sample's value at full level

/**
 * The bytes of a sound as a WAV file. `samples` are from -1 to 1; a sound that goes
 * beyond is made softer as a whole, for samples that are cut off crackle.
 */
export function wavOf(samples, rate) {
  const header = wavHeader(samples.length, rate);
  const bytes = new Uint8Array(header.length + 2 * samples.length);
  bytes.set(header);
  const view = new DataView(bytes.buffer, header.length);
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1);
  for (const [n, sample] of samples.entries()) {
    view.setInt16(2 * n, Math.round((sample / peak) * WAV_LARGEST), true);
  }
  return bytes;
}

/** Source: Multimedia Programming Interface and Data Specifications 1.0, 1991. */
function wavHeader(count, rate) {
  const format = [
    ...[...wavWhole(1, 2), ...wavWhole(1, 2)], // PCM, in one channel
    ...[...wavWhole(rate, 4), ...wavWhole(2 * rate, 4)], // samples, bytes per second
    ...[...wavWhole(2, 2), ...wavWhole(16, 2)], // bytes, bits per sample
  ];
  const inside = [
    ...[...wavText("WAVEfmt "), ...wavWhole(format.length, 4), ...format],
    ...[...wavText("data"), ...wavWhole(2 * count, 4)],
  ];
  const size = inside.length + 2 * count;
  return [...wavText("RIFF"), ...wavWhole(size, 4), ...inside];
}

function wavText(text) {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}

/** A whole number in so many bytes, the smallest first. */
function wavWhole(number, bytes) {
  return Array.from({ length: bytes }, (_, place) => (number >>> (8 * place)) & 255);
}
