// Package rewards puts together what a shop needs for fair rewards: night and
// weekend duty (package escalation/shift), the quality of work (package
// feedback/quality), and what customers say of couriers (package feedback).
//
// It pays nobody: what a night is worth is for the shop and its works council to
// say.
package rewards
