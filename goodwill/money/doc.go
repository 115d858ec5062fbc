// Package money is amounts that are exact: whole minor units of a currency,
// 1050 for 10.50 EUR, never a float.
//
// # Model
//
// An [Amount] is an int64 of minor units and a [Currency] of ISO 4217, which
// says how many decimals a unit has: 0 for JPY, 2 for EUR, 3 for KWD, 4 for
// CLF. Both are values: comparable with ==, without pointers, free to copy.
// The zero Amount has no currency; it stands for "not given", which is not
// 0.00, and no arithmetic takes it.
//
// Products and quotients go through 128 bits and are rounded once, by a
// [Rounding] that the caller names. [Amount.Allocate] splits to the last unit,
// [Amount.Portion] refunds in steps that always add up to the whole, and a
// [Rate] is a percentage with the decimals it was written with, for tax and
// interest.
//
// [decimal.Decimal] is the edge: [FromDecimal] takes what fits exactly,
// [RoundDecimal] what must be rounded, [Amount.Decimal] gives back.
//
// As text an amount is "10.50 EUR", with all decimals of its currency, and so
// it stands in JSON: a string, read strictly. [Locale] reads and writes
// "1.234,56 €" and "€1,234.56", and nothing guesses which of the two is meant.
//
// # Errors
//
// Every error is an [*Error] with a [Code]. It is one of [ErrCurrency] (two
// currencies, or none, or an unknown one), [ErrOverflow] (the exact result
// does not fit) and [ErrInvalid] (anything else that cannot be used).
//
// # Concurrency
//
// All values are immutable and safe for concurrent use.
//
// # Storage
//
// None. A column for [Amount.Minor] and one for [Currency.Code] keep an amount
// in a database; [New] makes it again.
//
// # What it does not do
//
// It converts no currencies, knows no cash rounding (5 Rappen) and holds no
// amounts below the minor unit.
package money
