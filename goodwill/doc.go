// Package goodwill will say what a customer is owed by law, what a shop may
// give beyond it, and see to it that no cent is paid twice.
//
// It has no identifiers yet: the room stands, its furniture is on the way
// (see CHANGELOG.md). Its model is a pure decision over a policy and a case,
// rights first; a small store interface keeps grants and a double-entry
// ledger. Not legal advice.
package goodwill
