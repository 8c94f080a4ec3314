// A Web Audio that only keeps time: what is asked of it can be read off.

class FakeParam {
  constructor(value = 1) {
    this.value = value;
    this.events = [];
  }
  setValueAtTime(value, at) {
    this.events.push({ value, at });
  }
  setTargetAtTime(target, at, life) {
    this.events.push({ target, at, life });
  }
  cancelScheduledValues(from) {
    this.events = this.events.filter(({ at }) => at < from);
  }
}

class FakeNode {
  constructor(context) {
    this.context = context;
    this.outputs = [];
  }
  connect(node) {
    this.outputs.push(node);
    return node;
  }
  disconnect() {
    this.outputs = [];
  }
}

export class FakeGain extends FakeNode {
  constructor(context, { gain = 1 } = {}) {
    super(context);
    this.gain = new FakeParam(gain);
  }
}

export class FakeSource extends FakeNode {
  static made = [];

  constructor(context, options) {
    super(context);
    Object.assign(this, options);
    FakeSource.made.push(this);
  }
  start(at, offset) {
    Object.assign(this, { at, offset });
  }
  stop(at = 0) {
    this.stopped = at;
  }
}

globalThis.GainNode = FakeGain;
globalThis.AudioBufferSourceNode = FakeSource;

/** A piano that writes down what is struck: pitch, at, hold, level, released. */
class FakePiano {
  struck = [];

  strike(into, settings) {
    const note = { ...settings, into };
    this.struck.push(note);
    return (when) => {
      note.released = when;
    };
  }
}

/** The page's sound, whose time goes on when `pass` is called. */
export class FakeSound {
  constructor() {
    this.context = { currentTime: 10 };
    this.output = new FakeNode(this.context);
    this.fakePiano = new FakePiano();
  }
  get now() {
    return this.context.currentTime;
  }
  async startFor(player) {
    if (this.playing && this.playing !== player) this.playing.pause();
    this.playing = player;
    await this.waking;
    return this.fakePiano;
  }
}
