// Package tone reads the tone of German and English comments with honest doubt,
// finds what they are about, counts it, and looks through replies before they are
// sent.
//
// # Tone
//
// An [Analyzer] turns a text into a [Result]: a [Label], a polarity from -1 to
// 1, how often such results were right, the language it guessed, and the [Spans]
// that it rests on. [Default] is the engine of the library. It knows nearly
// 3,000 German and 1,200 English words of shops and their customers, all our own,
// with their inflections, and reads them in their sentence:
//
//   - negation turns a word, before it or behind it: "nicht gut", "funktioniert
//     leider nicht", "keine Mängel"; one that has nothing to turn tells of
//     something that did not happen;
//   - "sehr" and "very" add, "etwas" and "slightly" take away, and what follows
//     "aber" or "but" weighs more than what went before;
//   - phrases count as a whole: "nie wieder", "wie beschrieben", "on time";
//   - a German compound is read by its longest known ending, so that a
//     "Lieferverzögerung" is a "Verzögerung", or by what stands before a neutral
//     one, as in "Traumservice"; -los and -frei turn it;
//   - spelling is folded: case, ä and ae, ß and ss, accents, apostrophes, what is
//     not seen, letters that are repeated ("suuuper"), double letters written once;
//     "zuverlassig" is found too;
//   - emoji and smileys count, questions weigh half, and what could or should have
//     been good was not.
//
// Praise that may mean its opposite ("na toll", quotation marks, rolling eyes)
// does not count: with nothing else the text is [Unknown], of [Irony]. Stars
// outrank words: see [Rated]. No review is hidden by its tone; see feedback/review.
//
// # Accuracy
//
// testdata has 310 German and 200 English comments with labels, written before
// the words were. Half of each is for tuning, the other half is only counted;
// TestRecall prints both. They and the words have one author, so expect less of
// texts from elsewhere. examples/bench prints the figures, on these and on
// comments of a real shop beside another library.
//
// A host with labels of its own, from stars for one, trains a [Learner]. It
// takes over only where it is better on texts that it has not learnt, with
// confidence, and [Verdict] says so.
//
// # Topics
//
// A [Rule] names the terms of a topic; [TopicRules] are the causes of complaint,
// and hosts load their own as JSON. [Topics] finds several in one text.
// [TopicCounts] counts them by civil day and segment: it merges, and what is erased
// is taken away. Shares have Wilson's interval; [TopicCounts.Spikes] are points
// outside the limits of a control chart of package trend, with the problem tickets
// and measures that are linked; [TopicCounts.NewSince] is what had not been there.
//
// # Replies
//
// [CheckReply] warns of blame, sarcasm and defence in a draft, and says what to
// write instead.
//
// # Errors
//
// What cannot be used is reported at once and in full, as [Faults] with the path
// of each; all are [ErrInvalid]. Any text is welcome, also one that is not UTF-8.
//
// # Concurrency
//
// Engines, topics and checkers are immutable and safe for concurrent use. A
// learner and counts are not, while they are written. Nothing here has a clock,
// randomness or a goroutine. Reading is linear in the length of a text, of which at
// most [DefaultMaxBytes] are read, with constant memory; analysing and finding
// topics allocate nothing.
//
// # Storage
//
// None. Results hold offsets, counts hold numbers, and a learner holds hashes of
// words: no text of a customer. Learners and counts encode as JSON under a version.
//
// # What it does not do
//
// It understands no sentences, knows no other language, and judges no person.
package tone
