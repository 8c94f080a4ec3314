// Moves a roll's playhead along with a transport.

/** Let a roll follow a transport, `onFrame()` in each frame; returns how to stop. */
export function followTransport(transport, roll, onFrame = () => {}) {
  let frame = null;
  const draw = () => {
    frame = null;
    roll.showPosition(transport.piece && transport.position);
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
