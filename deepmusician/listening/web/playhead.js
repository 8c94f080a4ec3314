// Moves a roll's playhead along with the music.

/** Let a roll follow a transport; returns how to stop. `onFrame` is called with it. */
export function followMusic(transport, roll, onFrame = () => {}) {
  let frame = null;
  const draw = () => {
    frame = null;
    roll.light(transport.piece && transport.position);
    onFrame();
    if (transport.isPlaying) frame = requestAnimationFrame(draw);
  };
  const changed = () => {
    frame ??= requestAnimationFrame(draw);
  };
  transport.addEventListener("change", changed);
  return () => {
    cancelAnimationFrame(frame);
    transport.removeEventListener("change", changed);
  };
}
