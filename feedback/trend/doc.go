// Package trend notices change in what customers answer, and says how often it
// would cry wolf.
//
// # Model
//
// [NewSeries] merges stored summaries to one [Point] a day, week, month or
// quarter. A [Baseline] is frozen from points of a time that was as it should
// be: a chart that learns from what it watches gets used to anything. Three
// charts compare points with it:
//
//   - [PChart] looks at each point alone, with limits for its own number of
//     answers: for sudden, large changes;
//   - [EWMA] remembers, and forgets slowly: for small changes that stay;
//   - [CUSUM] adds up what goes beyond a slack: for small changes, and when they
//     began.
//
// Each states its false-alarm rate: how many points pass on average until it
// signals although nothing has changed. [Events] turns signals into alarms that
// are raised once and end once. [Compare] tests a time after a change against
// the time before.
//
// A [Measure] is what a shop does about a finding, with what it hopes for;
// [Measure.Judge] says that it worked, that it did not, or that there is not
// enough data, beside a segment that was left alone.
//
// A bucket without answers is no point: it raises nothing and ends nothing.
//
// A [Report] is all of a survey as a value: figures by question, over time and by
// segment, with small groups hidden by the rule of feedback.Suppress.
//
// # Errors, concurrency, storage
//
// A value that cannot be used is a feedback.Fault. Everything is a value, pure,
// and safe for concurrent use. Points, baselines and events encode as JSON;
// nothing is stored here.
//
// # What it does not do
//
// It knows no seasons: compare weeks with weeks. It does not say why something
// has changed.
package trend
