// A deck as Python's `blind_test` packs it, with two notes per piece.
export function deckOf({ human = 14, model = 12, baseline = 4 } = {}) {
  const cards = Object.entries({ human, model, baseline }).flatMap(([part, count]) =>
    Array.from({ length: count }, (_, number) => ({
      id: `${part}-${number}`,
      part,
      practice: number === 0 && part !== "baseline",
      composer: { human: "Bach", model: "network", baseline: "coin" }[part],
      name: `piece ${number}`,
      piece: {
        label: "",
        facts: "",
        stepsPerQuarter: 4,
        tempo: 100,
        length: 128,
        notes: [
          [0, 60, 4],
          [64, 64 + number, 4],
        ],
        gain: 1,
        role: "",
      },
    })),
  );
  return {
    edition: "a test's own",
    build: { preset: "quick", commit: "unknown" },
    draw: { human: 10, model: 8, baseline: 2 },
    cards,
  };
}
