// Package quality rates the work of a support desk fairly: from samples drawn by
// lot, with errors named from a catalogue, and with figures that say how sure
// they are before anybody is compared.
//
// # Model
//
// A [Plan] draws conversations to look at, by keyed hash: nobody can pick, and
// whoever has the key can check. A [Catalogue] names the errors that a reviewer
// may find, as data; an [Evaluation] is one conversation looked at, with its
// findings. A [Tally] counts them, and [Tally.Report] reads it.
//
// [Catalogue.AgreementOf] says how far two reviewers of the same conversations
// agree beyond chance: before their findings are held against anybody.
//
// A [Table] compares agents, teams or couriers. Each row has the crude share, the
// share shrunk towards all others (few answers say little), the share
// standardised to one mix of cases (hard cases are nobody's fault), exact funnel
// limits, and a range of ranks: two whose figures chance alone may have parted
// share their ranks. Below a least number there is no row.
//
// [Report.Training] says where errors cluster, with the correction for having
// looked everywhere. [Rewards] puts quality beside night and weekend duty;
// paying is the host's.
//
// Handling time is never part of a quality score. A catalogue that names it is
// refused, and an evaluation has no place for it.
//
// # People
//
// [Config.TeamsOnly] turns everything about single persons off: agents are then
// not even counted, and teams of few are hidden by the rule of feedback.Suppress.
// Software that can watch conduct or performance is subject to co-determination
// of the works council in Germany (section 87(1) no. 6 BetrVG, as of 2026); this
// is no legal advice.
//
// # Errors, concurrency, storage
//
// A value that cannot be used is a feedback.Fault, all of them feedback.Faults.
// Everything is pure, and safe for concurrent use but for a Tally that is
// written. Nothing is stored here: an evaluation is JSON that feedback.Desk.Keep
// takes, with [Evaluation.Erased] as what stays when a customer goes.
//
// # What it does not do
//
// It pays nobody, ranks nobody inside the noise, and judges no text: people do.
package quality
