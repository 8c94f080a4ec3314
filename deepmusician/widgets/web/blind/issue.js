// A listener's answers as an issue of the project's repository, for them to send.

const LONGEST_ADDRESS = 7000; // characters: GitHub refuses addresses a little longer
const ISSUE_TITLE = "Answers to the blind test";
const PASTE_HERE = "Paste your answers in place of this line.";

/** The text of the issue: a sentence, and what the file of answers would hold. */
export function issueText(answers) {
  return (
    "My answers to the blind test. I know that they are public here.\n\n" +
    `\`\`\`json\n${JSON.stringify(answers)}\n\`\`\`\n`
  );
}

/**
 * The address of a new issue, filled in: {address, text, isWhole}. Where it would grow
 * too long, `isWhole` is false and the text has to be pasted.
 */
export function newIssue(repository, answers) {
  const text = issueText(answers);
  const whole = issueAddress(repository, text);
  const isWhole = whole.length <= LONGEST_ADDRESS;
  const address = isWhole ? whole : issueAddress(repository, PASTE_HERE);
  return { address, text, isWhole };
}

function issueAddress(repository, body) {
  return `${repository}/issues/new?title=${inQuery(ISSUE_TITLE)}&body=${inQuery(body)}`;
}

/** A text in an address's query, where colons and commas may stay as they are. */
function inQuery(text) {
  return encodeURIComponent(text).replaceAll("%3A", ":").replaceAll("%2C", ",");
}
