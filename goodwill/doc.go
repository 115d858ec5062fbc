// Package goodwill decides what a shop gives: first what the law gives, then
// what generosity does, each under its own name.
//
// # Model
//
// A [Policy] is plain data: offers by cause, severity and customer; loyalty
// tiers; the shop's terms; what a dispute costs; who may grant how much;
// budgets. [Compile] checks it once, reports every fault, and makes it a
// [Decider]. [Decider.Decide] takes an [Input] and the time and returns a
// [Decision]. It is pure, and goes in this order:
//
//  1. the statutory floor, by package rights: nothing after it touches it;
//  2. the payments: open disputes, what is lost to them, direct debits that
//     can still be taken back;
//  3. signs of abuse, which cut goodwill only;
//  4. offers of the first rule that fits, in the order of its ladder;
//  5. cost and benefit: what a dispute would cost against what the offer does;
//  6. authority: who may grant it, and who has to agree;
//  7. budgets and windows.
//
// Every step is in the [Decision.Trace]; every reason has a code and a text in
// German and English. [Decision.Moves] are the accounts that a grant of
// goodwill uses up, with their caps; what was used before is part of the input.
// Splitting a grant changes nothing, since the sums of the order and of the
// customer count.
//
// [Simulate] asks two policies about past cases: what would change, and that
// nothing changes of what the law gives.
//
// # From decision to payment
//
// A [Desk] keeps what is decided as grants, over a host's [Store]: [Desk.Propose],
// [Desk.Approve] by another person, [Desk.Execute], and [Desk.Tick] for whatever
// hangs. [Life] is the table that a grant lives by. Before the host's [Payer] is
// called, all accounts that the grant moves hold its amount, in one commit or
// not at all ([CapError]); and the key under which the payer knows it is
// committed. What the payer does not say stays [StateUnknown], reserved, under
// its key, until the payer or a lead says: it never ends by time. So a refund is
// paid once, through crashes, timeouts, and answers that come late or twice.
//
// The ledger is double entry and only ever added to: every [Entry] debits one
// account and credits another, so that all balances come to nothing. Its accounts
// name orders and customers by pseudonyms.
//
// A policy cannot read what section 1 of the AGG protects (origin, sex,
// religion, disability, age, sexual identity): [Compile] refuses such fields.
//
// # Errors
//
// [Compile] and [ParsePolicy] return [sla.Faults] with paths; so does Decide
// for a case that is not valid. The desk's are the sentinels of this package: a
// [Refusal] says all that stands in the way, as codes with texts.
//
// # Concurrency
//
// A Decider is immutable and safe for concurrent use; so is a Desk, by many
// goroutines and, over one store, by many processes.
//
// # Storage
//
// [Store] is the host's: package goodwillmem keeps it in memory, package
// goodwilltest proves one. Policies and decisions have a JSON form.
//
// # What it does not do
//
// It has no way to pay of its own. It is not legal advice.
package goodwill
